#pragma once

// Every setting as one row: name, type, default, bounds, help. The file, the environment, --help, the sample
// file and the store's runtime settings all come from these rows; nothing else knows a setting's name and bounds.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ip_address.hpp"
#include "core/prefix.hpp"
#include "core/result.hpp"

namespace cw {

enum class SettingType : std::uint8_t { text, whole_number, prefixes, choice, choices, address };

// When a change is felt: at the next start, or within seconds (kept in the store).
enum class SettingScope : std::uint8_t { start, running };

enum class SettingOrigin : std::uint8_t { standard, file, environment, command_line, store };
std::string_view to_string(SettingOrigin origin);

struct Setting {
  std::string_view key;  // "listen.port": table and name in the file
  SettingType type = SettingType::text;
  std::string_view standard;  // the default, as text; a list has commas between its entries
  std::int64_t least = 0;     // bounds of a whole number
  std::int64_t most = 0;      // of a text: that many printable ASCII characters; 0: any text
  std::string_view choices;   // the words that a choice or a list of choices may hold, with commas between; for an
                              // address its family, "IPv4" or "IPv6"
  SettingScope scope = SettingScope::start;
  std::string_view help;  // one sentence
};

// The probers that a node may have, with commas between.
inline constexpr std::string_view kKnownProbers = "native,scamper,mtr,traceroute,ping,nping";
// `invalid`, with the list, for a name that is not among them.
Result<> check_prober_name(std::string_view name);

std::span<const Setting> settings_table();
const Setting* find_setting(std::string_view key);

// "CYBERWATCH_LISTEN_PORT"
std::string environment_name(const Setting& setting);

// Values for every row: defaults until something else was said.
class Settings {
 public:
  Settings();

  // `not_found` for an unknown key (with the nearest name), `invalid` for a value outside the row's bounds.
  Result<> set(std::string_view key, std::string_view text, SettingOrigin origin);

  // Of a row of that type; the key is one of the table's.
  [[nodiscard]] const std::string& text(std::string_view key) const;
  [[nodiscard]] std::int64_t whole_number(std::string_view key) const;
  [[nodiscard]] std::vector<Prefix> prefixes(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> words(std::string_view key) const;
  [[nodiscard]] std::optional<IpAddress> address(std::string_view key) const;  // nothing: the empty text
  [[nodiscard]] SettingOrigin origin(std::string_view key) const;

 private:
  struct Value {
    std::string text;
    SettingOrigin origin = SettingOrigin::standard;
  };
  std::map<std::string_view, Value> values_;  // keys are the table's
};

// A settings file with every row as a comment, its help above it.
std::string sample_settings_file();

}  // namespace cw
