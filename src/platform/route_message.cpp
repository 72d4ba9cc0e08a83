#include "platform/route_message.hpp"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace cw::platform {
namespace {

using Bytes = std::span<const std::uint8_t>;

template <class T>
std::optional<T> read_as(Bytes bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

Bytes behind(Bytes bytes, std::size_t count) { return bytes.subspan(std::min(count, bytes.size())); }

// ---- in

struct Attribute {
  std::uint16_t type = 0;
  Bytes value;
};

// Takes the first attribute off `rest`.
std::optional<Attribute> take_attribute(Bytes& rest) {
  const auto header = read_as<rtattr>(rest);
  if (!header || header->rta_len < sizeof(rtattr) || header->rta_len > rest.size()) return std::nullopt;
  const Attribute attribute{.type = static_cast<std::uint16_t>(header->rta_type & NLA_TYPE_MASK),
                            .value = rest.subspan(RTA_LENGTH(0), header->rta_len - RTA_LENGTH(0))};
  rest = behind(rest, RTA_ALIGN(header->rta_len));
  return attribute;
}

std::optional<IpAddress> address_in(Bytes value) {
  if (value.size() == 4) {
    std::uint32_t host_order = 0;
    for (const auto byte : value) host_order = host_order << 8 | byte;
    return IpAddress::v4(host_order);
  }
  if (value.size() != 16) return std::nullopt;
  IpAddress::Bytes bytes;
  std::ranges::copy(value, bytes.begin());
  return IpAddress::v6(bytes);
}

// A next hop of another family than the destination's (RFC 5549): its family, then its address.
std::optional<IpAddress> address_via(Bytes value) { return address_in(behind(value, sizeof(rtvia::rtvia_family))); }

std::optional<RouteNews> parse_route(Bytes body) {
  const auto fixed = read_as<rtmsg>(body);
  if (!fixed) return std::nullopt;
  RouteNews news{.type = fixed->rtm_type};
  auto rest = behind(body, NLMSG_ALIGN(sizeof(rtmsg)));
  while (const auto attribute = take_attribute(rest)) {
    switch (attribute->type) {
      case RTA_OIF:
        news.interface = read_as<std::uint32_t>(attribute->value).value_or(0);
        break;
      case RTA_GATEWAY:
        news.gateway = address_in(attribute->value);
        break;
      case RTA_VIA:
        news.gateway = address_via(attribute->value);
        break;
      case RTA_PREFSRC:
        news.source = address_in(attribute->value);
        break;
      case RTA_ENCAP:
      case RTA_NEWDST:
        news.encapsulated = true;
        break;
      default:
        break;
    }
  }
  return news;
}

std::optional<NeighbourNews> parse_neighbour(Bytes body, bool removed) {
  const auto fixed = read_as<ndmsg>(body);
  if (!fixed) return std::nullopt;
  NeighbourNews news{.interface = static_cast<std::uint32_t>(fixed->ndm_ifindex),
                     .state = removed ? std::uint16_t{0} : fixed->ndm_state};
  bool has_address = false;
  auto rest = behind(body, NLMSG_ALIGN(sizeof(ndmsg)));
  while (const auto attribute = take_attribute(rest)) {
    if (attribute->type == NDA_DST) {
      const auto address = address_in(attribute->value);
      has_address = address.has_value();
      news.address = address.value_or(IpAddress{});
    } else if (attribute->type == NDA_LLADDR && attribute->value.size() <= LinkAddress::most_bytes) {
      news.link_address.size = static_cast<std::uint8_t>(attribute->value.size());
      std::ranges::copy(attribute->value, news.link_address.bytes.begin());
    }
  }
  if (!has_address) return std::nullopt;
  return news;
}

std::optional<LinkNews> parse_link(Bytes body) {
  const auto fixed = read_as<ifinfomsg>(body);
  if (!fixed) return std::nullopt;
  return LinkNews{.interface = static_cast<std::uint32_t>(fixed->ifi_index), .type = fixed->ifi_type};
}

std::optional<Verdict> parse_verdict(Bytes body) {
  const auto error = read_as<int>(body);
  if (!error) return std::nullopt;
  return Verdict{.error = *error < 0 && *error > -4096 ? -*error : 0};
}

template <class News>
void add(std::vector<RouteMessage>& messages, std::uint32_t sequence, const std::optional<News>& news) {
  if (news) messages.push_back({.sequence = sequence, .content = *news});
}

// ---- out

std::uint8_t family_of(const IpAddress& address) {
  return static_cast<std::uint8_t>(address.is_v4() ? AF_INET : AF_INET6);
}

class RequestWriter {
 public:
  template <class Fixed>
  RequestWriter(std::uint16_t type, std::uint32_t sequence, const Fixed& fixed) {
    header_.nlmsg_type = type;
    header_.nlmsg_flags = NLM_F_REQUEST;
    header_.nlmsg_seq = sequence;
    bytes_.resize(NLMSG_HDRLEN);
    append(Bytes(reinterpret_cast<const std::uint8_t*>(&fixed), sizeof fixed));
  }
  void add(std::uint16_t type, Bytes value) {
    const rtattr attribute{.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(value.size())), .rta_type = type};
    append(Bytes(reinterpret_cast<const std::uint8_t*>(&attribute), sizeof attribute));
    append(value);
  }
  void add(std::uint16_t type, const IpAddress& address) {
    const Bytes bytes(address.bytes());
    add(type, address.is_v4() ? bytes.last(4) : bytes);
  }
  void add(std::uint16_t type, std::uint32_t value) {
    add(type, Bytes(reinterpret_cast<const std::uint8_t*>(&value), sizeof value));
  }
  RouteRequest finish() {
    header_.nlmsg_len = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &header_, sizeof header_);
    return std::move(bytes_);
  }

 private:
  void append(Bytes bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
  }

  nlmsghdr header_{};
  RouteRequest bytes_;
};

}  // namespace

std::vector<RouteMessage> parse_route_messages(std::span<const std::uint8_t> datagram) {
  std::vector<RouteMessage> messages;
  while (const auto header = read_as<nlmsghdr>(datagram)) {
    if (header->nlmsg_len < NLMSG_HDRLEN || header->nlmsg_len > datagram.size()) break;
    const auto body = datagram.subspan(NLMSG_HDRLEN, header->nlmsg_len - NLMSG_HDRLEN);
    switch (header->nlmsg_type) {
      case RTM_NEWROUTE:
        add(messages, header->nlmsg_seq, parse_route(body));
        break;
      case RTM_NEWNEIGH:
      case RTM_DELNEIGH:
        add(messages, header->nlmsg_seq, parse_neighbour(body, header->nlmsg_type == RTM_DELNEIGH));
        break;
      case RTM_NEWLINK:
        add(messages, header->nlmsg_seq, parse_link(body));
        break;
      case NLMSG_ERROR:
        add(messages, header->nlmsg_seq, parse_verdict(body));
        break;
      default:
        messages.push_back({.sequence = header->nlmsg_seq, .content = OtherNews{}});
        break;
    }
    datagram = behind(datagram, NLMSG_ALIGN(header->nlmsg_len));
  }
  return messages;
}

RouteRequest ask_route(const RouteQuestion& question, std::uint32_t sequence) {
  const auto& destination = question.destination;
  rtmsg fixed{};
  fixed.rtm_family = family_of(destination);
  fixed.rtm_dst_len = static_cast<std::uint8_t>(destination.bit_width());
  if (question.source) fixed.rtm_src_len = fixed.rtm_dst_len;
  RequestWriter request(RTM_GETROUTE, sequence, fixed);
  request.add(RTA_DST, destination);
  if (question.source) request.add(RTA_SRC, *question.source);
  if (question.interface != 0) request.add(RTA_OIF, question.interface);
  return request.finish();
}

RouteRequest ask_neighbour(const IpAddress& address, std::uint32_t interface, std::uint32_t sequence) {
  ndmsg fixed{};
  fixed.ndm_family = family_of(address);
  fixed.ndm_ifindex = static_cast<int>(interface);
  RequestWriter request(RTM_GETNEIGH, sequence, fixed);
  request.add(NDA_DST, address);
  return request.finish();
}

RouteRequest ask_link(std::uint32_t interface, std::uint32_t sequence) {
  ifinfomsg fixed{};
  fixed.ifi_index = static_cast<int>(interface);
  return RequestWriter(RTM_GETLINK, sequence, fixed).finish();
}

}  // namespace cw::platform
