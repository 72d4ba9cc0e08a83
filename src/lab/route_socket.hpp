#pragma once

// The few questions to the kernel's routing tables (rtnetlink, RFC 3549) that a private network needs.

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "core/ip_address.hpp"
#include "core/result.hpp"

namespace cw::lab {

struct LinkSettings {
  std::optional<std::uint32_t> mtu;
  std::optional<std::uint32_t> queue_packets;
};

class RouteSocket {
 public:
  static Result<RouteSocket> open();
  RouteSocket(RouteSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  RouteSocket& operator=(RouteSocket&&) = delete;
  ~RouteSocket();

  Result<> set_up(std::string_view device, const LinkSettings& settings);
  Result<> add_address(std::string_view device, const IpAddress& address);
  // For the family of the address, which becomes the preferred source.
  Result<> add_default_route(std::string_view device, const IpAddress& source);

 private:
  explicit RouteSocket(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace cw::lab
