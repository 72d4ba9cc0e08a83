#pragma once

// Host names to addresses, by the machine's own resolver (getaddrinfo). Blocks for as long as the resolver
// takes; used by commands, never by the node's loops.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"

namespace cw::platform {

// Letters, digits, hyphens and underscores in labels of 1 to 63 bytes (RFC 1123, section 2.1), and a last label
// that is no number: "1.2.3" is a mistyped address, although getaddrinfo would take it for 1.2.0.3.
bool is_host_name(std::string_view text);

// Addresses of the name in the order the machine prefers (RFC 6724), of one family if one is given. `invalid` for
// what is no host name, `not_found` when it has no such address: "cannot resolve NAME: …".
Result<std::vector<IpAddress>> resolve(const std::string& name, std::optional<Family> family);

}  // namespace cw::platform
