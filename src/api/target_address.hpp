#pragma once

// What a client names as target, made an address that may be measured.

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "api/problem.hpp"
#include "api/request_body.hpp"
#include "api/routes.hpp"
#include "core/ip_address.hpp"

namespace cw::api {

// "af": 4 or 6; nothing for either.
std::optional<Family> read_family(RequestBody& body);

// An address is taken as it is, a name is resolved to its first address that the policy allows.
// `target_unresolvable`, `target_forbidden` with the rule.
std::expected<IpAddress, Problem> find_target_address(const ApiContext& context, std::string_view text,
                                                      std::optional<Family> family);

// The same problem, with the member of the body that is to blame.
std::unexpected<Problem> blame_member(Problem problem, std::string_view name);

}  // namespace cw::api
