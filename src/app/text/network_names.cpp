#include "app/text/network_names.hpp"

#include "core/text.hpp"

namespace cw::app {

std::string network_name(const AddressFacts& facts, std::size_t most) {
  if (!facts.asn) return facts.special;
  const auto& name = facts.as_name.empty() ? facts.org_name : facts.as_name;
  if (name.empty()) return facts.asn->to_string();
  return facts.asn->to_string() + " " + printable(name, most);
}

}  // namespace cw::app
