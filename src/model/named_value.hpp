#pragma once

// Reading back the names that to_string gives the values of an enum, with an error that lists them.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/text.hpp"

namespace cw {

// `what` names the enum for people: "\"trce\" is not a kind: did you mean trace? (trace, ping, mtr)".
Error unknown_name(std::string_view what, std::string_view text, std::span<const std::string_view> names);

template <class Enum>
Result<Enum> parse_named_value(std::string_view what, std::string_view text, std::span<const Enum> values) {
  std::vector<std::string_view> names;
  for (const Enum value : values) {
    if (to_string(value) == text) return value;
    names.push_back(to_string(value));
  }
  return std::unexpected(unknown_name(what, text, names));
}

}  // namespace cw
