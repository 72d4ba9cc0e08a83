#pragma once

// In which order a trace asks for its TTLs. Traces in step are the worst there is: all ask the same near router at
// once, and take its rate limit for silence. So where many run, each has a random order of its own, as in Yarrp
// (Beverly, IMC 2016); a single one shows the near hops first.

#include <cstdint>

#include "core/ip_address.hpp"

namespace cw::probe {

enum class ProbeOrder : std::uint8_t {
  automatic,   // shuffled where many run
  near_first,  // by TTL
  shuffled,    // by a keyed permutation over destination and TTL
};

class TtlOrder {
 public:
  TtlOrder() = default;  // near first
  TtlOrder(std::uint64_t key, const IpAddress& destination)
      : seed_((std::hash<IpAddress>{}(destination) ^ key) * 0x9e3779b97f4a7c15 | 1) {}

  // The smallest goes first.
  [[nodiscard]] std::uint32_t rank(int ttl) const {
    const auto place = static_cast<std::uint64_t>(ttl);
    if (seed_ == 0) return static_cast<std::uint32_t>(ttl);
    auto value = seed_ * (2 * place + 1);
    value ^= value >> 29;
    return static_cast<std::uint32_t>(value * 0xbf58476d1ce4e5b9 >> 32);
  }

 private:
  std::uint64_t seed_ = 0;
};

}  // namespace cw::probe
