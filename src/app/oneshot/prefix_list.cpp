#include "app/oneshot/prefix_list.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iostream>

#include "app/oneshot/target_feed.hpp"
#include "core/text.hpp"

namespace cw::app {
namespace {

constexpr std::size_t kMostTold = 100;

Result<Prefix> parse_entry(std::string_view entry) {
  if (entry.find('/') != std::string_view::npos) return Prefix::parse(entry);
  const auto address = TRY(IpAddress::parse(entry));
  return Prefix::around(address, address.bit_width());
}

std::size_t read_list(std::istream& in, const std::string& name, PrefixList& list) {
  std::size_t refused = 0;
  while (const auto entry = next_entry(in)) {
    const auto prefix = *entry ? parse_entry(**entry) : std::unexpected(entry->error());
    if (prefix)
      list.prefixes.push_back(*prefix);
    else if (++refused; list.refused.size() < kMostTold)
      list.refused.push_back(fmt::format("{}: {}", name, prefix.error().message));
  }
  return refused;
}

}  // namespace

Result<PrefixList> read_prefix_lists(const std::vector<std::string>& files) {
  PrefixList list;
  std::size_t refused = 0;
  for (const auto& file : files) {
    if (file == "-") {
      refused += read_list(std::cin, "stdin", list);
      continue;
    }
    std::ifstream in(file);
    if (!in) return fail(ErrorKind::not_found, fmt::format("{} cannot be read", printable(file, 200)));
    refused += read_list(in, file, list);
  }
  if (refused > list.refused.size())
    list.refused.push_back(fmt::format("{} more lines were refused", refused - list.refused.size()));
  return list;
}

}  // namespace cw::app
