#pragma once

// An address that may be measured, and why.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/measurement_request.hpp"

namespace cw {

enum class TargetSource : std::uint8_t { static_list, asn, dns, api, discovery };
enum class TargetState : std::uint8_t { active, paused };

// "static", "asn", "dns", "api", "discovery"
std::string_view to_string(TargetSource source);
std::string_view to_string(TargetState state);
Result<TargetSource> parse_target_source(std::string_view text);
Result<TargetState> parse_target_state(std::string_view text);

struct Target {
  std::int64_t id = 0;  // given by the store
  IpAddress address;
  std::string name;  // as its owner named it: the address itself, or the host name it was resolved from
  std::optional<Asn> asn;
  std::vector<std::string> labels;
  TargetSource source = TargetSource::static_list;
  std::string reason;
  Kind kind = Kind::trace;  // of its scheduled measurements
  ProbeOptions options{};
  std::string prober;  // which is to measure it; empty: the node's own order
  int priority = 5;    // 0 lowest, 9 highest
  std::chrono::seconds interval = std::chrono::minutes(15);
  TargetState state = TargetState::active;
  Instant first_seen;
  Instant last_seen;
  std::optional<Instant> last_measurement_at;
  friend bool operator==(const Target&, const Target&) = default;
};

}  // namespace cw
