#include "platform/route_message.hpp"

#include <gtest/gtest.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

namespace cw::platform {
namespace {

using Bytes = std::vector<std::uint8_t>;

// A message as the kernel sends it.
class Message {
 public:
  template <class Fixed>
  Message(std::uint16_t type, const Fixed& fixed) : bytes_(NLMSG_HDRLEN) {
    header_.nlmsg_type = type;
    header_.nlmsg_seq = 5;
    append(&fixed, sizeof fixed);
  }
  Message& with(std::uint16_t type, const Bytes& value) {
    const rtattr attribute{.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(value.size())), .rta_type = type};
    append(&attribute, sizeof attribute);
    append(value.data(), value.size());
    return *this;
  }
  Bytes finish() {
    header_.nlmsg_len = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &header_, sizeof header_);
    return bytes_;
  }

 private:
  void append(const void* data, std::size_t size) {
    const auto* first = static_cast<const std::uint8_t*>(data);
    bytes_.insert(bytes_.end(), first, first + size);
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
  }
  nlmsghdr header_{};
  Bytes bytes_;
};

Bytes number(std::uint32_t value) {
  Bytes bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

template <class News>
News only(const Bytes& datagram) {
  const auto messages = parse_route_messages(datagram);
  EXPECT_EQ(messages.size(), 1U);
  const auto* news = messages.empty() ? nullptr : std::get_if<News>(&messages[0].content);
  EXPECT_NE(news, nullptr);
  return news == nullptr ? News{} : *news;
}

TEST(RouteMessage, a_route_names_interface_gateway_and_source) {
  rtmsg fixed{};
  fixed.rtm_family = AF_INET;
  fixed.rtm_type = RTN_UNICAST;
  const auto route = only<RouteNews>(Message(RTM_NEWROUTE, fixed)
                                         .with(RTA_OIF, number(3))
                                         .with(RTA_GATEWAY, {203, 0, 113, 1})
                                         .with(RTA_PREFSRC, {203, 0, 113, 9})
                                         .finish());
  EXPECT_EQ(route.type, RTN_UNICAST);
  EXPECT_EQ(route.interface, 3U);
  EXPECT_EQ(route.gateway->to_string(), "203.0.113.1");
  EXPECT_EQ(route.source->to_string(), "203.0.113.9");
  EXPECT_FALSE(route.encapsulated);
}

TEST(RouteMessage, an_ipv4_route_may_lead_over_an_ipv6_gateway) {
  Bytes via{AF_INET6, 0};
  via.insert(via.end(), {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  EXPECT_EQ(only<RouteNews>(Message(RTM_NEWROUTE, rtmsg{}).with(RTA_VIA, via).finish()).gateway->to_string(),
            "fe80::1");
}

TEST(RouteMessage, a_route_that_wraps_packets_says_so) {
  EXPECT_TRUE(only<RouteNews>(Message(RTM_NEWROUTE, rtmsg{}).with(RTA_ENCAP | NLA_F_NESTED, {}).finish()).encapsulated);
}

TEST(RouteMessage, a_neighbour_names_its_link_address_and_state) {
  ndmsg fixed{};
  fixed.ndm_ifindex = 4;
  fixed.ndm_state = NUD_REACHABLE;
  auto message = Message(RTM_NEWNEIGH, fixed).with(NDA_DST, {203, 0, 113, 1}).with(NDA_LLADDR, {2, 0, 0, 0, 0, 7});
  const auto neighbour = only<NeighbourNews>(message.finish());
  EXPECT_EQ(neighbour.interface, 4U);
  EXPECT_EQ(neighbour.address.to_string(), "203.0.113.1");
  EXPECT_EQ(neighbour.state, NUD_REACHABLE);
  EXPECT_EQ(neighbour.link_address.size, 6);
  EXPECT_EQ(neighbour.link_address.bytes[5], 7);
}

TEST(RouteMessage, a_neighbour_that_was_removed_has_no_state) {
  ndmsg fixed{};
  fixed.ndm_state = NUD_REACHABLE;
  EXPECT_EQ(only<NeighbourNews>(Message(RTM_DELNEIGH, fixed).with(NDA_DST, {203, 0, 113, 1}).finish()).state, 0);
}

TEST(RouteMessage, a_link_names_its_type) {
  ifinfomsg fixed{};
  fixed.ifi_index = 9;
  fixed.ifi_type = 0xfffe;
  const auto link = only<LinkNews>(Message(RTM_NEWLINK, fixed).finish());
  EXPECT_EQ(link.interface, 9U);
  EXPECT_EQ(link.type, 0xfffe);
}

TEST(RouteMessage, a_refusal_has_its_error) {
  nlmsgerr refusal{};
  refusal.error = -ENETUNREACH;
  EXPECT_EQ(only<Verdict>(Message(NLMSG_ERROR, refusal).finish()).error, ENETUNREACH);
}

TEST(RouteMessage, several_messages_come_in_one_datagram) {
  auto datagram = Message(RTM_DELROUTE, rtmsg{}).finish();
  const auto second = Message(RTM_NEWLINK, ifinfomsg{}).finish();
  datagram.insert(datagram.end(), second.begin(), second.end());
  const auto messages = parse_route_messages(datagram);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<OtherNews>(messages[0].content));
  EXPECT_TRUE(std::holds_alternative<LinkNews>(messages[1].content));
  EXPECT_EQ(messages[1].sequence, 5U);
}

TEST(RouteMessage, what_is_cut_short_is_left_out) {
  const auto whole = Message(RTM_NEWROUTE, rtmsg{}).with(RTA_GATEWAY, {203, 0, 113, 1}).finish();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_TRUE(parse_route_messages(std::span(whole).first(size)).empty()) << size;
}

TEST(RouteMessage, what_is_asked_is_a_message_of_its_own_length) {
  const auto destination = *IpAddress::parse("2001:db8::7");
  const std::vector<RouteRequest> requests{
      ask_route({.destination = destination, .source = destination, .interface = 2}, 7),
      ask_neighbour(IpAddress::v4(0xcb007101), 2, 7), ask_link(2, 7)};
  for (const auto& request : requests) {
    nlmsghdr header{};
    std::memcpy(&header, request.data(), sizeof header);
    EXPECT_EQ(header.nlmsg_len, request.size());
    EXPECT_EQ(header.nlmsg_seq, 7U);
  }
  rtmsg fixed{};
  std::memcpy(&fixed, requests[0].data() + NLMSG_HDRLEN, sizeof fixed);
  EXPECT_EQ(fixed.rtm_dst_len, 128);
  EXPECT_EQ(fixed.rtm_src_len, 128);
}

}  // namespace
}  // namespace cw::platform
