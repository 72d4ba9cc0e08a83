// Any text as a prefix: what is accepted writes back canonically, reads back the same, and holds exactly the
// addresses from its first to its last.

#include "core/prefix.hpp"

#include <cstdlib>
#include <string>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto prefix = cw::Prefix::parse(text);
  if (!prefix) return 0;
  const auto again = cw::Prefix::parse(prefix->to_string());
  require(again && *again == *prefix);
  require(prefix->length() >= 0 && prefix->length() <= prefix->address().bit_width());
  require(prefix->contains(prefix->address()) && prefix->contains(*prefix));
  require(cw::Prefix::around(prefix->address(), prefix->length()) == *prefix);
  // ::/80 ends where IPv4 is kept, so its last address has the other family.
  if (prefix->last().family() == prefix->family()) {
    require(prefix->contains(prefix->last()));
    require(cw::Prefix::around(prefix->last(), prefix->length()) == *prefix);
  }
  return 0;
}
