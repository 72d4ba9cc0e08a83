// Any text is read; every line that says something is an entry or counted as bad, and what is found is around what was
// asked for.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/text.hpp"
#include "rules/schedule/opt_outs.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto outs = cw::schedule::parse_opt_outs(text);
  require(outs.bad_lines.size() <= outs.bad_count);
  std::size_t entries = 0;
  for (const auto line : cw::split(text, '\n')) {
    const auto entry = cw::trim(line.substr(0, line.find('#')));
    if (entry.empty()) continue;
    ++entries;
    if (const auto address = cw::IpAddress::parse(entry)) {
      const auto* const prefix = outs.find(*address);
      require(prefix != nullptr && prefix->contains(*address));
    }
  }
  require(outs.bad_count + outs.prefixes.size() + outs.asns.size() <= entries);
  return 0;
}
