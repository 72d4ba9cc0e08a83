#pragma once

// What the owner may choose about the way probes leave: the source address of each family, and the interface.

#include <optional>
#include <string>

#include "core/ip_address.hpp"
#include "core/result.hpp"

namespace cw::platform {

struct WireOptions {
  std::optional<IpAddress> source_v4;  // without one, the routing table's choice
  std::optional<IpAddress> source_v6;
  std::string interface;  // empty: whichever the routes name

  [[nodiscard]] const std::optional<IpAddress>& source(Family family) const {
    return family == Family::v4 ? source_v4 : source_v6;
  }
};

// `invalid` for a source that is not this machine's or of the wrong family, and for an interface that is not
// there; the message lists those that are.
Result<> check(const WireOptions& options);

}  // namespace cw::platform
