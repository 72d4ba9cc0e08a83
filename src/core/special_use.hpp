#pragma once

// The special-purpose address registries of IANA (RFC 6890 and its registries as of 2025-10-09, with
// multicast of RFC 5771 and RFC 4291): space that has no origin AS and that a node never probes unasked.

#include <optional>
#include <span>
#include <string_view>

#include "core/ip_address.hpp"
#include "core/prefix.hpp"

namespace cw {

struct SpecialUse {
  Prefix prefix;
  std::string_view name;       // "Private-Use", as the registry has it
  std::string_view reference;  // "RFC 1918"
  bool globally_reachable = false;
};

// Every entry, most specific first within a family.
std::span<const SpecialUse> special_use_registry();

// The most specific entry around the address; nullptr for ordinary space.
const SpecialUse* special_use(const IpAddress& address);

}  // namespace cw
