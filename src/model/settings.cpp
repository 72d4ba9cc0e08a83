#include "model/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>

#include "core/text.hpp"

namespace cw {
namespace {

constexpr std::array kTable{
    Setting{.key = "vantage.name", .standard = "home", .help = "Name of this node; stored with every measurement"},
    Setting{.key = "node.roles",
            .type = SettingType::choices,
            .standard = "api,scheduler,worker",
            .choices = "api,scheduler,worker",
            .help = "Roles that `cyberwatch serve` runs"},
    Setting{
        .key = "listen.address",
        .standard = "127.0.0.1",
        .help = "Address of the page and the API; only loopback, as this release has neither TLS nor authentication"},
    Setting{.key = "listen.port",
            .type = SettingType::whole_number,
            .standard = "8480",
            .least = 0,
            .most = 65535,
            .help = "Port of the page and the API; 0 takes any free one"},
    Setting{.key = "store.url",
            .standard = "",
            .help = "Where measurements are kept: sqlite:///PATH; empty: /var/lib/cyberwatch/cyberwatch.db for root, "
                    "else cyberwatch/cyberwatch.db in $XDG_STATE_HOME or ~/.local/state"},
    Setting{.key = "queue.url", .standard = "store:", .help = "Where jobs wait: store: keeps them in the store"},
    Setting{.key = "policy.allowed",
            .type = SettingType::prefixes,
            .standard = "",
            .help = "Prefixes that may be measured although they are special-use space, such as one's own LAN"},
    Setting{.key = "policy.excluded",
            .type = SettingType::prefixes,
            .standard = "",
            .help = "Prefixes that are never measured"},
    Setting{.key = "probe.packets_per_second",
            .type = SettingType::whole_number,
            .standard = "1000",
            .least = 1,
            .most = 1'000'000,
            .help = "Most packets a second that the node sends, all measurements together"},
    Setting{.key = "target.interval_seconds",
            .type = SettingType::whole_number,
            .standard = "900",
            .least = 10,
            .most = 2'592'000,
            .help = "How often a target is measured that names no interval of its own"},
    Setting{.key = "worker.rate_limit_per_minute",
            .type = SettingType::whole_number,
            .standard = "30",
            .least = 1,
            .most = 60'000,
            .scope = SettingScope::running,
            .help = "Traces that the worker begins in a minute"},
    Setting{.key = "worker.max_concurrent_traceroutes",
            .type = SettingType::whole_number,
            .standard = "5",
            .least = 1,
            .most = 1000,
            .scope = SettingScope::running,
            .help = "Traces that run at the same time"},
    Setting{
        .key = "data.ip_to_asn",
        .standard = "",
        .help = "The IP-to-ASN table; empty: data/ip_to_asn.table beside the program, else in /usr/share/cyberwatch"},
    Setting{.key = "data.web",
            .standard = "",
            .help = "Folder of the built page; empty: web beside the program, else in /usr/share/cyberwatch"},
    Setting{.key = "log.level",
            .type = SettingType::choice,
            .standard = "info",
            .choices = "debug,info,warning,error",
            .help = "Least important line that is logged"},
};

std::vector<std::string_view> entries_of(std::string_view list) {
  std::vector<std::string_view> entries;
  for (const auto entry : split(list, ','))
    if (const auto trimmed = trim(entry); !trimmed.empty()) entries.push_back(trimmed);
  return entries;
}

Result<> check_whole_number(const Setting& row, std::string_view text) {
  const auto number = parse_number<std::int64_t>(text);
  if (!number || *number < row.least || *number > row.most)
    return fail(ErrorKind::invalid, fmt::format("{} must be a whole number from {} to {}, not \"{}\"", row.key,
                                                row.least, row.most, printable(text, 40)));
  return {};
}

Result<> check_prefixes(const Setting& row, std::string_view text) {
  for (const auto entry : entries_of(text))
    if (auto prefix = Prefix::parse(entry); !prefix) return fail(row.key, std::move(prefix).error());
  return {};
}

Result<> check_choice(const Setting& row, std::string_view text) {
  const auto allowed = entries_of(row.choices);
  if (std::ranges::find(allowed, text) != allowed.end()) return {};
  return fail(ErrorKind::invalid,
              fmt::format("{} is one of {}, not \"{}\"", row.key, fmt::join(allowed, ", "), printable(text, 40)));
}

Result<> check_choices(const Setting& row, std::string_view text) {
  const auto allowed = entries_of(row.choices);
  const auto chosen = entries_of(text);
  for (const auto word : chosen) {
    if (std::ranges::find(allowed, word) != allowed.end()) continue;
    return fail(ErrorKind::invalid,
                fmt::format("{} may hold {}, not \"{}\"", row.key, fmt::join(allowed, ", "), printable(word, 40)));
  }
  if (chosen.empty())
    return fail(ErrorKind::invalid, fmt::format("{} needs one of {}", row.key, fmt::join(allowed, ", ")));
  return {};
}

Result<> check(const Setting& row, std::string_view text) {
  switch (row.type) {
    case SettingType::text:
      return {};
    case SettingType::whole_number:
      return check_whole_number(row, text);
    case SettingType::prefixes:
      return check_prefixes(row, text);
    case SettingType::choice:
      return check_choice(row, text);
    case SettingType::choices:
      return check_choices(row, text);
  }
  return {};
}

Error unknown_setting(std::string_view key) {
  std::vector<std::string_view> known;
  for (const auto& row : kTable) known.push_back(row.key);
  const auto near = nearest_name(key, known);
  return {
      ErrorKind::not_found,
      near ? fmt::format("there is no setting \"{}\"; did you mean {}?", printable(key, 60), *near)
           : fmt::format("there is no setting \"{}\"; `cyberwatch settings list` shows them all", printable(key, 60))};
}

std::string sample_value(const Setting& row) {
  if (row.type == SettingType::whole_number) return std::string(row.standard);
  if (row.type == SettingType::text || row.type == SettingType::choice) return fmt::format("\"{}\"", row.standard);
  std::vector<std::string> quoted;
  for (const auto entry : entries_of(row.standard)) quoted.push_back(fmt::format("\"{}\"", entry));
  return fmt::format("[{}]", fmt::join(quoted, ", "));
}

}  // namespace

std::string_view to_string(SettingOrigin origin) {
  switch (origin) {
    case SettingOrigin::standard:
      return "default";
    case SettingOrigin::file:
      return "file";
    case SettingOrigin::environment:
      return "environment";
    case SettingOrigin::command_line:
      return "command line";
    case SettingOrigin::store:
      return "store";
  }
  return "";
}

std::span<const Setting> settings_table() { return kTable; }

const Setting* find_setting(std::string_view key) {
  const auto found = std::ranges::find(kTable, key, &Setting::key);
  return found == kTable.end() ? nullptr : found;
}

std::string environment_name(const Setting& setting) {
  std::string name = "CYBERWATCH_";
  for (const char c : setting.key)
    name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

Settings::Settings() {
  for (const auto& row : kTable) values_.emplace(row.key, Value{.text = std::string(row.standard)});
}

Result<> Settings::set(std::string_view key, std::string_view text, SettingOrigin origin) {
  const auto* row = find_setting(key);
  if (row == nullptr) return std::unexpected(unknown_setting(key));
  TRY(check(*row, text));
  values_[row->key] = Value{.text = std::string(text), .origin = origin};
  return {};
}

const std::string& Settings::text(std::string_view key) const {
  const auto found = values_.find(key);
  assert(found != values_.end());
  return found->second.text;
}

std::int64_t Settings::whole_number(std::string_view key) const {
  const auto number = parse_number<std::int64_t>(text(key));
  assert(number);
  return *number;
}

std::vector<Prefix> Settings::prefixes(std::string_view key) const {
  std::vector<Prefix> found;
  for (const auto entry : entries_of(text(key))) {
    const auto prefix = Prefix::parse(entry);
    assert(prefix);
    found.push_back(*prefix);
  }
  return found;
}

std::vector<std::string> Settings::words(std::string_view key) const {
  const auto entries = entries_of(text(key));
  return {entries.begin(), entries.end()};
}

SettingOrigin Settings::origin(std::string_view key) const {
  const auto found = values_.find(key);
  assert(found != values_.end());
  return found->second.origin;
}

std::string sample_settings_file() {
  std::string text =
      "# Settings of cyberWatch: uncomment what you change. What is given here is the default.\n"
      "# The environment (CYBERWATCH_LISTEN_PORT=…) and the command line win over this file.\n";
  std::string_view table;
  for (const auto& row : kTable) {
    const auto dot = row.key.find('.');
    if (row.key.substr(0, dot) != table) {
      table = row.key.substr(0, dot);
      text += fmt::format("\n[{}]\n", table);
    }
    text += fmt::format("# {}.\n", row.help);
    if (row.scope == SettingScope::running) text += "# What `cyberwatch settings set` has changed wins over this.\n";
    text += fmt::format("# {} = {}\n", row.key.substr(dot + 1), sample_value(row));
  }
  return text;
}

}  // namespace cw
