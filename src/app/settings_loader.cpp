#include "app/settings_loader.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "app/node/open_queue.hpp"
#include "core/ip_address.hpp"
#include "core/text.hpp"
#include "lab/toml_document.hpp"

namespace cw::app {
namespace {

constexpr std::string_view kStandardFile = "/etc/cyberwatch/cyberwatch.toml";
constexpr std::string_view kPrefix = "CYBERWATCH_";
constexpr std::string_view kConfigVariable = "CYBERWATCH_CONFIG";
constexpr std::size_t kMostFileBytes = 1024 * 1024;

struct SettingText {
  Result<std::string> operator()(const std::string& text) const { return text; }
  Result<std::string> operator()(std::int64_t number) const { return std::to_string(number); }
  Result<std::string> operator()(const lab::TomlArray& list) const {
    std::string joined;
    for (const auto& entry : list) {
      const auto* text = std::get_if<std::string>(&entry.value);
      if (text == nullptr || text->find(',') != std::string::npos)
        return fail(ErrorKind::invalid, "a list holds texts without commas");
      joined += (joined.empty() ? "" : ",") + *text;
    }
    return joined;
  }
  Result<std::string> operator()(double) const { return refused(); }
  Result<std::string> operator()(bool) const { return refused(); }
  Result<std::string> operator()(const lab::TomlTable&) const { return refused(); }

  static Result<std::string> refused() {
    return fail(ErrorKind::invalid, "a setting is a text, a whole number or a list of texts");
  }
};

std::unexpected<Error> fail_at(std::string_view name, std::uint32_t line, Error error) {
  return fail(ErrorKind::invalid, fmt::format("{}:{}: {}", name, line, error.message));
}

Result<> apply_entry(Settings& settings, const std::string& key, const lab::TomlValue& value, std::string_view name) {
  auto text = std::visit(SettingText{}, value.value);
  // An unknown name is the likelier fault than its kind of value.
  if (find_setting(key) != nullptr && !text) return fail_at(name, value.line, std::move(text).error());
  if (auto set = settings.set(key, text ? *text : "", SettingOrigin::file); !set)
    return fail_at(name, value.line, std::move(set).error());
  return {};
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorKind::invalid, fmt::format("cannot read the settings file {}", printable(path)));
  std::string text(kMostFileBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.empty() && in.bad())
    return fail(ErrorKind::invalid, fmt::format("cannot read the settings file {}", printable(path)));
  if (text.size() > kMostFileBytes)
    return fail(ErrorKind::invalid, fmt::format("{} is no settings file: it has more than 1 MiB", printable(path)));
  return text;
}

const Setting* setting_of_variable(std::string_view name) {
  for (const auto& row : settings_table())
    if (environment_name(row) == name) return &row;
  return nullptr;
}

// A variable that is nearly a setting's is a slip; any other may be somebody else's.
Result<> check_unknown_variable(std::string_view name) {
  std::vector<std::string> names{std::string(kConfigVariable)};
  for (const auto& row : settings_table()) names.push_back(environment_name(row));
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto near = nearest_name(name, known);
  if (!near) return {};
  return fail(ErrorKind::invalid,
              fmt::format("no setting has the environment variable {}; did you mean {}?", printable(name, 60), *near));
}

std::optional<std::string> file_of(const SettingSources& sources) {
  if (sources.file) return sources.file;
  const auto assignment = std::string(kConfigVariable) + "=";
  for (const auto& variable : sources.environment)
    if (variable.starts_with(assignment)) return variable.substr(assignment.size());
  std::error_code error;
  if (std::filesystem::exists(kStandardFile, error)) return std::string(kStandardFile);
  return std::nullopt;
}

}  // namespace

Result<> apply_settings_file(Settings& settings, std::string_view toml, std::string_view name) {
  const auto document = TRY(lab::parse_toml(toml, name));
  for (const auto& [key, value] : document.entries) {
    const auto* table = std::get_if<lab::TomlTable>(&value.value);
    if (table == nullptr) {
      TRY(apply_entry(settings, key, value, name));
      continue;
    }
    for (const auto& entry : table->entries) TRY(apply_entry(settings, key + "." + entry.key, entry.value, name));
  }
  return {};
}

Result<> apply_environment(Settings& settings, std::span<const std::string> environment) {
  for (const auto& variable : environment) {
    if (!variable.starts_with(kPrefix)) continue;
    const auto equals = variable.find('=');
    const auto name = std::string_view(variable).substr(0, equals);
    if (name == kConfigVariable || equals == std::string::npos) continue;
    const auto* row = setting_of_variable(name);
    if (row == nullptr) {
      TRY(check_unknown_variable(name));
      continue;
    }
    if (auto set = settings.set(row->key, variable.substr(equals + 1), SettingOrigin::environment); !set)
      return fail(name, std::move(set).error());
  }
  return {};
}

Result<> check_settings(const Settings& settings) {
  const auto& listen = settings.text("listen.address");
  const auto address = IpAddress::parse(listen);
  if (!address) return fail("listen.address", address.error());
  const bool is_loopback = address->is_v4() ? address->v4_value() >> 24 == 127 : address->to_string() == "::1";
  if (!is_loopback)
    return fail(
        ErrorKind::invalid,
        fmt::format("listen.address {} is not loopback: that needs TLS and authentication, which this release does "
                    "not have; listen on 127.0.0.1 behind a reverse proxy or an SSH tunnel",
                    address->to_string()));
  TRY(check_queue_url(settings));
  if (settings.text("vantage.name").empty()) return fail(ErrorKind::invalid, "vantage.name must not be empty");
  return {};
}

Result<Settings> load_settings(const SettingSources& sources) {
  Settings settings;
  if (const auto file = file_of(sources)) {
    const auto text = TRY(read_file(*file));
    TRY(apply_settings_file(settings, text, *file));
  }
  TRY(apply_environment(settings, sources.environment));
  for (const auto& [key, value] : sources.command_line) {
    auto set = settings.set(key, value, SettingOrigin::command_line);
    if (!set) return fail(ErrorKind::invalid, std::move(set).error().message);
  }
  TRY(check_settings(settings));
  return settings;
}

std::vector<std::string> process_environment() {
  std::vector<std::string> variables;
  for (char** variable = ::environ; variable != nullptr && *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  return variables;
}

}  // namespace cw::app
