#pragma once

// The networks that a trace crossed, after the ownership rules, each hop with the rule that decided.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "model/measurement_request.hpp"

namespace cw {

// Why a hop belongs to an AS, or to none.
enum class OwnershipRule : std::uint8_t {
  origin,        // the origin of its own address
  same_as_fill,  // no origin of its own, between two hops of one AS
  special_use,   // special-use address: a gap
  unmapped,      // no origin known: a gap
  silent,        // no answer: a gap
  destination,   // the destination's own answer: a host, not a router
};

std::string_view to_string(OwnershipRule rule);
Result<OwnershipRule> parse_ownership_rule(std::string_view text);

struct HopOwner {
  Ttl ttl;
  std::optional<IpAddress> address;
  std::optional<Asn> asn;
  OwnershipRule rule = OwnershipRule::silent;
  double confidence = 0;  // 0 to 1
  friend bool operator==(const HopOwner&, const HopOwner&) = default;
};

// Claimed only between networks seen at consecutive TTLs.
struct AsLink {
  Asn from;
  Asn to;
  Ttl from_ttl;
  Ttl to_ttl;
  friend bool operator==(const AsLink&, const AsLink&) = default;
};

// One network of the path, in order of travel; `gap` hops of unknown ownership lie before it.
struct AsPathElement {
  Asn asn;
  std::string name;
  int gap = 0;
  friend bool operator==(const AsPathElement&, const AsPathElement&) = default;
};

struct AsPath {
  std::vector<HopOwner> hops;
  std::vector<AsPathElement> networks;
  std::vector<AsLink> links;
  friend bool operator==(const AsPath&, const AsPath&) = default;
};

}  // namespace cw
