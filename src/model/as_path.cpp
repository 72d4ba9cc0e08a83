#include "model/as_path.hpp"

#include <array>

#include "model/named_value.hpp"

namespace cw {
namespace {

constexpr std::array rules{OwnershipRule::origin,   OwnershipRule::same_as_fill, OwnershipRule::special_use,
                           OwnershipRule::unmapped, OwnershipRule::silent,       OwnershipRule::destination};

}  // namespace

std::string_view to_string(OwnershipRule rule) {
  switch (rule) {
    case OwnershipRule::origin:
      return "origin";
    case OwnershipRule::same_as_fill:
      return "same_as_fill";
    case OwnershipRule::special_use:
      return "special_use";
    case OwnershipRule::unmapped:
      return "unmapped";
    case OwnershipRule::silent:
      return "silent";
    case OwnershipRule::destination:
      return "destination";
  }
  return "unmapped";
}

Result<OwnershipRule> parse_ownership_rule(std::string_view text) {
  return parse_named_value<OwnershipRule>("ownership rule", text, rules);
}

}  // namespace cw
