#pragma once

// The built-in table: IP-to-ASN knowledge without a network, mapped from a file that was made at build time.

#include <memory>
#include <string>

#include "core/result.hpp"
#include "ports/routing/route_table.hpp"

namespace cw::routing {

// Ready in microseconds: pages are read as look-ups touch them. `not_found` where there is no such file, `invalid`
// where it is no whole table; the message says how to make it.
Result<std::shared_ptr<const RouteTable>> open_ip_to_asn_table(const std::string& path);

}  // namespace cw::routing
