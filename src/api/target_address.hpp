#pragma once

// What a client names as target, made an address that may be measured.

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.hpp"
#include "api/request_body.hpp"
#include "api/routes.hpp"
#include "core/ip_address.hpp"
#include "ports/store/refusal_store.hpp"

namespace cw::api {

// "af": 4 or 6; nothing for either.
std::optional<Family> read_family(RequestBody& body);

struct WantedTarget {
  std::string_view text;  // an address, or a name to be resolved
  std::optional<Family> family{};
  std::string_view source;  // who asks, for what is refused
};

// An address is taken as it is, a name is resolved to its first address that the policy allows.
// `target_unresolvable`, `target_forbidden` with the rule; then what was refused is added to `refused`.
std::expected<IpAddress, Problem> find_target_address(const ApiContext& context, const WantedTarget& wanted,
                                                      std::vector<store::NewRefusal>& refused);
// The same for a single target: what was refused is noted.
std::expected<IpAddress, Problem> find_target_address(const ApiContext& context, const WantedTarget& wanted);

// The same problem, with the member of the body that is to blame.
std::unexpected<Problem> blame_member(Problem problem, std::string_view name);

}  // namespace cw::api
