#pragma once

// How scamper names methods and endings, both ways.

#include <cstdint>
#include <optional>
#include <string_view>

#include "formats/scamper_json.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

// "icmp-echo-paris", "udp-sport", "tcp-ack-sport", … of every type; nothing for others.
std::optional<Method> parse_scamper_method(std::string_view text);
// The one that our own probes are.
std::string_view scamper_trace_method(Method method);
std::string_view scamper_ping_method(Method method);
std::string_view scamper_tracelb_method(Method method);

struct ScamperEnding {
  Status status = Status::failed;
  StopReason reason = StopReason::error;
  ScamperState state = ScamperState::finished;
};
// The table of formats/scamper_json.hpp; for UNREACH and ICMP the reason is icmp_other. Nothing for an unknown word.
std::optional<ScamperEnding> parse_scamper_stop_reason(std::string_view text);
std::string_view scamper_stop_reason(const Measurement& measurement);

// What an ICMP error says about the destination; nothing for replies that are none, and for "time exceeded".
// RFC 792, RFC 1812 (5.2.7.1), RFC 4443 (3.1, 3.2).
std::optional<StopReason> unreachable_reason(const Reply& reply);
bool is_time_exceeded(const Reply& reply);

}  // namespace cw::formats
