#include "model/measurement.hpp"

#include <algorithm>
#include <array>

#include "model/named_value.hpp"

namespace cw {
namespace {

constexpr std::array statuses{Status::reached, Status::unreachable, Status::loop, Status::silent, Status::failed};
constexpr std::array stop_reasons{
    StopReason::destination,
    StopReason::icmp_network_unreachable,
    StopReason::icmp_host_unreachable,
    StopReason::icmp_admin_prohibited,
    StopReason::icmp_other,
    StopReason::loop,
    StopReason::gap_limit,
    StopReason::max_ttl,
    StopReason::error,
};

bool counts(const Reply& reply) { return !reply.late && !reply.duplicate; }

// A router that is the target itself may also answer as a router, from the same address.
bool is_time_exceeded(const Reply& reply) { return reply.icmp_type == (reply.from.is_v4() ? 11 : 3); }

}  // namespace

std::string_view to_string(Status status) {
  switch (status) {
    case Status::reached:
      return "reached";
    case Status::unreachable:
      return "unreachable";
    case Status::loop:
      return "loop";
    case Status::silent:
      return "silent";
    case Status::failed:
      return "failed";
  }
  return "failed";
}

std::string_view to_string(StopReason reason) {
  switch (reason) {
    case StopReason::destination:
      return "destination";
    case StopReason::icmp_network_unreachable:
      return "icmp_network_unreachable";
    case StopReason::icmp_host_unreachable:
      return "icmp_host_unreachable";
    case StopReason::icmp_admin_prohibited:
      return "icmp_admin_prohibited";
    case StopReason::icmp_other:
      return "icmp_other";
    case StopReason::loop:
      return "loop";
    case StopReason::gap_limit:
      return "gap_limit";
    case StopReason::max_ttl:
      return "max_ttl";
    case StopReason::error:
      return "error";
  }
  return "error";
}

Result<Status> parse_status(std::string_view text) { return parse_named_value<Status>("status", text, statuses); }

Result<StopReason> parse_stop_reason(std::string_view text) {
  return parse_named_value<StopReason>("stop reason", text, stop_reasons);
}

int hops_travelled(std::uint8_t ttl) {
  const int sent = ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
  return sent - ttl + 1;
}

const Reply* Hop::answer() const {
  const auto found = std::ranges::find_if(replies, counts);
  return found == replies.end() ? nullptr : &*found;
}

// 1. Only a measurement that reached its destination has an answer of it.
// 2. The first answer from the probed address that is not a router's "time exceeded" is the destination's.
// 3. A host with several addresses may answer from another one; then it is the last hop that answered.
std::optional<Duration> destination_rtt(const Measurement& measurement) {
  if (measurement.status != Status::reached) return std::nullopt;
  std::optional<Duration> last_answer;
  for (const auto& hop : measurement.hops) {
    for (const auto& reply : hop.replies)
      if (counts(reply) && reply.from == measurement.address && !is_time_exceeded(reply)) return reply.rtt;
    if (const auto* answer = hop.answer()) last_answer = answer->rtt;
  }
  return last_answer;
}

std::vector<std::optional<IpAddress>> path_addresses(const Measurement& measurement) {
  std::vector<std::optional<IpAddress>> addresses;
  addresses.reserve(measurement.hops.size());
  for (const auto& hop : measurement.hops) {
    const auto* answer = hop.answer();
    if (answer != nullptr)
      addresses.emplace_back(answer->from);
    else
      addresses.push_back(hop.inferred ? std::optional(hop.inferred->from) : std::nullopt);
  }
  return addresses;
}

}  // namespace cw
