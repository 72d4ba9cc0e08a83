#pragma once

// A TOML text as plain values with their line numbers. The TOML library stays behind this header.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/result.hpp"

namespace cw::lab {

struct TomlValue;
struct TomlEntry;
using TomlArray = std::vector<TomlValue>;

struct TomlTable {
  std::vector<TomlEntry> entries;
  std::uint32_t line = 0;

  [[nodiscard]] const TomlValue* find(std::string_view key) const;
};

struct TomlValue {
  std::variant<std::string, std::int64_t, double, bool, TomlArray, TomlTable> value;
  std::uint32_t line = 0;
};

struct TomlEntry {
  std::string key;
  TomlValue value;
};

// `name` stands in front of error messages: "home.toml:12: …". Dates and times are refused: nothing here uses them.
Result<TomlTable> parse_toml(std::string_view text, std::string_view name);

}  // namespace cw::lab
