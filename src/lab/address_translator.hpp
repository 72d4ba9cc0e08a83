#pragma once

// What a router that translates addresses (RFC 3022, RFC 5508) does to packets: outside, another source address and
// another port or identifier; on the way back, what was there before, with more or less care for the packets that
// ICMP errors quote.

#include <cstdint>
#include <span>

#include "core/ip_address.hpp"
#include "lab/scenario.hpp"

namespace cw::lab {

// Whole packets, which keep their length and valid checksums.
class AddressTranslator {
 public:
  AddressTranslator(const IpAddress& inside, const Translation& rules, const IpAddress& outside)
      : inside_(inside), outside_(outside), rules_(rules) {}

  // From the inside address only.
  void leave(std::span<std::uint8_t> packet) const;
  // To the outside address only.
  void come_back(std::span<std::uint8_t> packet) const;

 private:
  void restore_quote(std::span<std::uint8_t> packet, std::size_t message) const;

  IpAddress inside_;
  IpAddress outside_;
  const Translation& rules_;
};

// The traffic class of an IPv6 header, the TOS byte of an IPv4 one.
void set_traffic_class(std::span<std::uint8_t> packet, std::uint8_t traffic_class);

}  // namespace cw::lab
