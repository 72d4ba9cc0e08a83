#pragma once

// A keyed hash carried in the payload of every probe. Whoever has not seen the probe cannot make up the answer
// to it, and an echo reply, which quotes nothing, proves with it which address was probed.

#include <cstdint>

#include "core/ip_address.hpp"
#include "core/random.hpp"

namespace cw::probe {

struct CookieKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  static CookieKey make(Random& random) {
    const auto first = random.next();
    return {.first = first, .second = random.next()};
  }
};

// SipHash-2-4 (Aumasson and Bernstein, 2012) of the address and the sequence number.
std::uint64_t probe_cookie(const CookieKey& key, const IpAddress& destination, std::uint16_t sequence);

}  // namespace cw::probe
