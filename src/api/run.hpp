#pragma once

// One looking-glass run: its events in order, kept so that a reader who comes late or comes back misses none,
// and the readers who follow it now. The prober's thread adds, connections' threads read.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/problem.hpp"
#include "api/run_events.hpp"
#include "core/guarded.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/measurement_request.hpp"
#include "platform/http_server.hpp"
#include "ports/probe/prober.hpp"
#include "ports/routing/route_table.hpp"

namespace cw::api {

enum class RunStatus : std::uint8_t { running, completed, failed, cancelled };
std::string_view to_string(RunStatus status);

class Run {
 public:
  // Of events of hops and rounds, about 5,000 replies; those after that are only in the measurement.
  static constexpr std::size_t kMostEventBytes = std::size_t{2} * 1024 * 1024;

  Run(MeasurementRequest request, std::string vantage, Instant started_at);

  [[nodiscard]] const MeasurementRequest& request() const { return request_; }

  // From the prober. A reply's network is told at once, from the local table.
  void add(const probe::ProbeEvent& event, const routing::RouteTable& table);
  // Ends. Only the first counts.
  void complete(const Measurement& measurement, const PathNews& news, Instant now);
  void fail(ProblemType type, std::string detail, Instant now);
  void cancel(Instant now);

  // The events after `last_seen` (0: all), then those to come; the stream is closed after the last.
  void follow(std::shared_ptr<platform::EventStream> reader, std::uint64_t last_seen);

  [[nodiscard]] RunStatus status() const;
  [[nodiscard]] std::optional<Instant> finished_at() const;
  // Its last event; further ones will not come.
  [[nodiscard]] std::optional<std::uint64_t> last_event() const;
  [[nodiscard]] std::size_t event_bytes() const;
  [[nodiscard]] std::string to_json() const;

 private:
  struct Event {
    std::string name;
    std::string data;
  };
  struct Log {
    std::vector<Event> events;  // the id of each is its place, from 1
    std::size_t bytes = 0;
    std::vector<std::shared_ptr<platform::EventStream>> readers;
    std::map<Ttl, Hop> rounds;                     // of an mtr, for its statistics
    std::set<std::pair<Ttl, IpAddress>> enriched;  // told already
    RunStatus status = RunStatus::running;
    std::optional<Instant> finished_at;
    std::optional<Uuid> measurement_id;
    std::optional<std::pair<ProblemType, std::string>> problem;
  };

  void add_reply(Log& log, const probe::ReplyEvent& event, const routing::RouteTable& table) const;
  void add_silence(Log& log, const probe::SilenceEvent& event) const;
  static void append(Log& log, std::string name, std::string data);
  static void append_bounded(Log& log, std::string name, std::string data);
  static void end(Log& log, RunStatus status, Instant now);

  const MeasurementRequest request_;
  const std::string vantage_;
  const Instant started_at_;
  Guarded<Log> log_;
};

// "/api/v1/looking-glass/runs/{id}"
std::string run_path(const Uuid& id);

}  // namespace cw::api
