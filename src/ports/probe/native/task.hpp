#pragma once

// A measurement under way, as a state machine without socket or clock. The engine asks it what to do next and
// tells it what came back; the same calls with the same instants always give the same probes and result.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "codec/icmp.hpp"
#include "codec/icmp_extension.hpp"
#include "core/ip_address.hpp"
#include "core/time.hpp"
#include "model/measurement.hpp"
#include "model/measurement_request.hpp"
#include "ports/probe/prober.hpp"

namespace cw::probe {

// Which probe of its task: the task's own words, given back with the answer.
struct ProbeTag {
  std::uint16_t attempt = 0;
  std::uint16_t flow = 0;  // beside the request's own flow: 0 is that one
  Ttl ttl;
  friend bool operator==(const ProbeTag&, const ProbeTag&) = default;
};

// An answer that was matched with a probe and found genuine.
struct Answer {
  ProbeTag tag;
  IpAddress from;
  codec::IcmpMessage message = codec::IcmpMessage::other;
  std::uint8_t icmp_type = 0;
  std::uint8_t icmp_code = 0;
  Duration rtt{};
  std::optional<std::uint8_t> reply_ttl;
  std::optional<std::uint8_t> quoted_ttl;
  std::optional<std::uint8_t> quoted_tos;  // where it is not as we sent it
  std::optional<std::uint8_t> tcp_flags;   // of a segment; then `message` is `other`
  std::optional<std::uint16_t> next_hop_mtu;
  std::span<const codec::MplsEntry> mpls;
  bool duplicate = false;
  bool rewritten = false;  // the quote is not as we sent it
};

struct SendProbe {
  ProbeTag tag;
  std::uint16_t size = 0;  // of the whole IP packet, which then must not be fragmented; 0: as short as it gets
};
// Nothing to do before that, unless an answer comes.
struct WaitUntil {
  Instant instant;
};
struct Done {};
using Step = std::variant<SendProbe, WaitUntil, Done>;

using Events = std::vector<ProbeEvent>;

class Task {
 public:
  explicit Task(MeasurementRequest request) : request_(std::move(request)) {}
  virtual ~Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  [[nodiscard]] const MeasurementRequest& request() const { return request_; }

  // What happens meanwhile is appended to `events`, where somebody wants to know (not nullptr). A wish to send
  // changes nothing: it may be asked for again later, and counts from `on_sent` on.
  virtual Step next(Instant now, Events* events) = 0;
  virtual void on_sent(ProbeTag tag, Instant at) = 0;
  // The machine itself would not send the probe: no route, or a rule against it.
  virtual void on_refused(ProbeTag tag, Instant at) = 0;
  virtual void on_answer(const Answer& answer, Events* events) = 0;
  // What was measured; asked for once, after Done.
  virtual Measurement take_result(Instant now) = 0;

 private:
  MeasurementRequest request_;
};

struct TraceKnowledge;

// The state machine for the request's kind; traces share what they know, which outlives them.
std::unique_ptr<Task> make_task(MeasurementRequest request, TraceKnowledge* knowledge = nullptr);

}  // namespace cw::probe
