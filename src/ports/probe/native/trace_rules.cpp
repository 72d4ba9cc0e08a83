#include "ports/probe/native/trace_rules.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace cw::probe {

std::optional<int> guess_distance(const Answer& answer) {
  if (answer.message != codec::IcmpMessage::echo_reply && answer.quoted_ttl &&
      *answer.quoted_ttl <= answer.tag.ttl.value)
    return answer.tag.ttl.value - *answer.quoted_ttl + 1;
  if (!answer.reply_ttl) return std::nullopt;
  return hops_travelled(*answer.reply_ttl);
}

std::optional<int> find_loop(const ReplyLog& log, int first, int last, const IpAddress& destination) {
  std::vector<std::pair<int, const IpAddress*>> path;
  int repeats = 0;
  for (int ttl = first; ttl <= last; ++ttl) {
    const auto* address = log.address_at(Ttl{static_cast<std::uint8_t>(ttl)});
    if (address == nullptr || *address == destination) continue;
    const auto same = [&](const auto& hop) { return *hop.second == *address; };
    const auto seen = std::ranges::find_if(path, same);
    const bool other_between = seen != path.end() && !std::all_of(seen, path.end(), same);
    path.emplace_back(ttl, address);
    if (other_between && ++repeats == 2) return ttl;
  }
  return std::nullopt;
}

std::optional<StopReason> unreachable_reason(codec::IcmpMessage message) {
  switch (message) {
    case codec::IcmpMessage::unreachable_network:
      return StopReason::icmp_network_unreachable;
    case codec::IcmpMessage::unreachable_host:
      return StopReason::icmp_host_unreachable;
    case codec::IcmpMessage::unreachable_prohibited:
      return StopReason::icmp_admin_prohibited;
    case codec::IcmpMessage::unreachable_protocol:
    case codec::IcmpMessage::unreachable_port:
    case codec::IcmpMessage::unreachable_other:
    case codec::IcmpMessage::packet_too_big:
      return StopReason::icmp_other;
    case codec::IcmpMessage::echo_request:
    case codec::IcmpMessage::echo_reply:
    case codec::IcmpMessage::time_exceeded:
    case codec::IcmpMessage::other:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace cw::probe
