#pragma once

// Those who asked not to be measured, as a text that people keep: an address, a prefix or an ASN a line, "#" begins a
// comment, blank lines say nothing. A line that is none of these is named, and the others stand.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "core/prefix.hpp"
#include "core/prefix_map.hpp"

namespace cw::schedule {

struct OptOuts {
  struct BadLine {
    std::size_t line = 0;  // from 1
    std::string detail;
  };
  static constexpr std::size_t kMostBadLinesKept = 100;

  PrefixMap<std::size_t> prefixes;  // the line of each
  std::unordered_set<Asn> asns;
  std::vector<BadLine> bad_lines;  // the first of them
  std::size_t bad_count = 0;       // all of them

  // The prefix that holds the address; nullptr where none does.
  [[nodiscard]] const Prefix* find(const IpAddress& address) const {
    const auto* entry = prefixes.longest_match(address);
    return entry == nullptr ? nullptr : &entry->prefix;
  }
};

OptOuts parse_opt_outs(std::string_view text);

}  // namespace cw::schedule
