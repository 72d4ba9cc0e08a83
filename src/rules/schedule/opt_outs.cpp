#include "rules/schedule/opt_outs.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace cw::schedule {
namespace {

// A bare number is no ASN here: "10" is more likely half an address.
bool looks_like_asn(std::string_view entry) {
  return entry.size() > 2 && (entry[0] == 'A' || entry[0] == 'a') && (entry[1] == 'S' || entry[1] == 's');
}

void read_entry(OptOuts& outs, std::size_t line, std::string_view entry) {
  const auto refuse = [&](std::string detail) {
    if (++outs.bad_count <= OptOuts::kMostBadLinesKept) outs.bad_lines.push_back({line, std::move(detail)});
  };
  if (const auto address = IpAddress::parse(entry))
    return outs.prefixes.insert(Prefix::around(*address, address->bit_width()), line);
  if (looks_like_asn(entry)) {
    const auto asn = Asn::parse(entry);
    if (!asn) return refuse(asn.error().message);
    outs.asns.insert(*asn);
    return;
  }
  const auto prefix = Prefix::parse(entry);
  if (prefix) return outs.prefixes.insert(*prefix, line);
  if (entry.find('/') != std::string_view::npos) return refuse(prefix.error().message);
  refuse(fmt::format("\"{}\" is neither an address, nor a prefix, nor an ASN such as AS64500", printable(entry, 60)));
}

}  // namespace

OptOuts parse_opt_outs(std::string_view text) {
  OptOuts outs;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const auto end = text.find('\n');
    const auto whole = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (const auto entry = trim(whole.substr(0, whole.find('#'))); !entry.empty()) read_entry(outs, line, entry);
  }
  return outs;
}

}  // namespace cw::schedule
