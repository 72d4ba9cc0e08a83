#pragma once

// Files of prefixes and addresses, for a survey.

#include <string>
#include <vector>

#include "core/prefix.hpp"
#include "core/result.hpp"

namespace cw::app {

struct PrefixList {
  std::vector<Prefix> prefixes;
  std::vector<std::string> refused;  // "list.txt: …"; after the first hundred only how many more there are
};

// One prefix or address a line, # begins a comment; "-" is stdin. `not_found` for a file that cannot be read.
Result<PrefixList> read_prefix_lists(const std::vector<std::string>& files);

}  // namespace cw::app
