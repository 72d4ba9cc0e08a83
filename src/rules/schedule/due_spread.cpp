#include "rules/schedule/due_spread.hpp"

#include <cstdint>

namespace cw::schedule {
namespace {

// FNV-1a, then the finish of MurmurHash3 (fmix64), because neighbouring addresses differ in their last bits only.
std::uint64_t hash(const IpAddress& address, std::uint64_t round) {
  std::uint64_t sum = 0xcbf2'9ce4'8422'2325 ^ round;
  for (const std::uint8_t byte : address.bytes()) sum = (sum ^ byte) * 0x0000'0100'0000'01b3;
  sum = (sum ^ (sum >> 33)) * 0xff51'afd7'ed55'8ccd;
  sum = (sum ^ (sum >> 33)) * 0xc4ce'b9fe'1a85'ec53;
  return sum ^ (sum >> 33);
}

}  // namespace

Duration due_spread(const IpAddress& address, Duration window, std::uint64_t round) {
  if (window <= Duration::zero()) return Duration::zero();
  return Duration(static_cast<std::int64_t>(hash(address, round) % static_cast<std::uint64_t>(window.count())));
}

}  // namespace cw::schedule
