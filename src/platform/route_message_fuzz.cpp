// Any bytes as a datagram of routing messages: link addresses stay within their room, and a request that is built
// from what was read is a message again.

#include <linux/netlink.h>

#include <cstdlib>
#include <cstring>

#include "platform/route_message.hpp"

namespace {

using namespace cw::platform;

void require(bool holds) {
  if (!holds) std::abort();
}

void require_message(const RouteRequest& request) {
  nlmsghdr header{};
  require(request.size() >= sizeof header);
  std::memcpy(&header, request.data(), sizeof header);
  require(header.nlmsg_len == request.size());
  require(parse_route_messages(request).size() == 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto messages = parse_route_messages({data, size});
  require(messages.size() <= size / sizeof(nlmsghdr));
  for (const auto& message : messages) {
    if (const auto* route = std::get_if<RouteNews>(&message.content)) {
      require_message(ask_route({.destination = route->gateway.value_or(cw::IpAddress{}),
                                 .source = route->source,
                                 .interface = route->interface},
                                message.sequence));
    } else if (const auto* neighbour = std::get_if<NeighbourNews>(&message.content)) {
      require(neighbour->link_address.size <= LinkAddress::most_bytes);
      require_message(ask_neighbour(neighbour->address, neighbour->interface, message.sequence));
    } else if (const auto* verdict = std::get_if<Verdict>(&message.content)) {
      require(verdict->error >= 0 && verdict->error < 4096);
    }
  }
  return 0;
}
