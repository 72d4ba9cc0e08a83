#pragma once

// What the tests with kernel sockets stand on: proof that nothing can leave the machine, and the lab on a TUN device.

#include <memory>
#include <string>
#include <string_view>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "lab/tun_front.hpp"

namespace cw::test {

inline constexpr auto outside = IpAddress::v4(0xc0000263);  // 192.0.2.99, RFC 5737
inline constexpr auto loopback_v4 = IpAddress::v4(0x7f000001);
IpAddress loopback_v6();

// Empty in a network namespace without any way out.
std::string why_not_private();

// A scenario behind a TUN device of this namespace, to which everything is routed.
Result<std::unique_ptr<lab::TunFront>> open_lab(std::string_view scenario);

}  // namespace cw::test
