#pragma once

// What the ping of iputils prints, with the options -n -D -O.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/measurement.hpp"

namespace cw::probe {

struct PingAnswer {
  IpAddress from;
  int sequence = 1;
  std::optional<std::uint8_t> ttl;
  Duration rtt{};
  bool duplicate = false;
};

// "From 198.51.100.2 icmp_seq=1 Destination Host Unreachable": ping does not say how long that took.
struct PingError {
  IpAddress from;
  int sequence = 1;
  StopReason reason = StopReason::icmp_other;  // max_ttl: "Time to live exceeded"
};

struct PingReport {
  int sent = 0;
  std::vector<PingAnswer> answers;  // those with a wrong checksum are none
  std::vector<PingError> errors;
};

// `invalid` without the summary at the end, or for an answer that cannot be read.
Result<PingReport> parse_ping(std::string_view text);

// Of the words behind the sequence number; every other text is `icmp_other`.
StopReason ping_error_reason(std::string_view words);

}  // namespace cw::probe
