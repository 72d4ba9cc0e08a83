#pragma once

// The HTTP API and the page, without a socket: a request in, a response out. `handle` may be called from many
// threads at once.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "api/looking_glass.hpp"
#include "api/static_site.hpp"
#include "core/clock.hpp"
#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "model/measurement.hpp"
#include "model/settings.hpp"
#include "model/target.hpp"
#include "platform/http_server.hpp"
#include "ports/probe/prober.hpp"
#include "ports/queue/job_queue.hpp"
#include "ports/routing/route_table.hpp"
#include "ports/store/measurement_store.hpp"
#include "ports/store/refusal_store.hpp"
#include "ports/store/settings_store.hpp"
#include "ports/store/target_store.hpp"
#include "rules/schedule/probe_admission.hpp"

namespace cw::api {

// A list of targets that the program brings along.
struct TargetPreset {
  struct Entry {
    IpAddress address;
    std::string name;  // of the service; empty: the address
  };
  std::string name;
  std::string title;
  std::string description;
  std::vector<Entry> targets;
};

struct ApiPorts {
  store::TargetStore& targets;
  store::MeasurementStore& measurements;
  store::RefusalStore& refusals;
  store::SettingsStore& settings;
  queue::JobQueue& queue;
  probe::Prober& prober;
  routing::RouteTables& routes;
  schedule::ProbeAdmission& admission;
  const Clock& clock;
  // Addresses of a host name, of one family if one is given; may block for a while. `not_found`, `invalid`.
  std::function<Result<std::vector<IpAddress>>(const std::string& name, std::optional<Family> family)> resolve;
};

struct ApiOptions {
  std::string version;
  std::string vantage = "home";
  std::string wire_name;  // "raw", "datagram", "simulated"
  bool demo = false;      // the simulated Internet is what is measured
  Settings settings;      // in force until the store says otherwise
  std::vector<TargetPreset> presets;
  TargetSource added_as = TargetSource::api;  // where the targets come from that are added here
  std::vector<std::string> named_hosts;       // "name:port" that this node is reached by, besides loopback's
  std::size_t most_running = 4;               // looking-glass runs
  std::uint64_t seed = 0;                     // of the runs' ids
};

struct ApiContext;

class Api {
 public:
  Api(ApiPorts ports, ApiOptions options, StaticSite page = {});
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  platform::HttpResponse handle(const platform::HttpRequest& request);

  // Stores finished looking-glass runs until the stop: a thread of its own, as storing waits for the disk.
  void run(const std::stop_token& stop);
  // What `run` does once; for tests.
  void store_finished_runs();

  // A measurement was stored elsewhere, such as by the worker: for /metrics.
  void count_stored(const Measurement& measurement);

 private:
  platform::HttpResponse answer(const platform::HttpRequest& request);

  std::unique_ptr<ApiContext> context_;
  StaticSite page_;
};

}  // namespace cw::api
