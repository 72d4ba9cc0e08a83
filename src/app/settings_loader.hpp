#pragma once

// Settings from a TOML file, the environment and the command line, each winning over the one before. Whatever
// is wrong is said in one line with where it stands.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "model/settings.hpp"

namespace cw::app {

struct SettingOverride {
  std::string key;
  std::string value;
};

struct SettingSources {
  std::optional<std::string> file;       // --config
  std::vector<std::string> environment;  // "NAME=value", all of it
  std::vector<SettingOverride> command_line;
};

// The file is --config, else $CYBERWATCH_CONFIG, else /etc/cyberwatch/cyberwatch.toml where that exists.
Result<Settings> load_settings(const SettingSources& sources);

// The parts, for tests. `name` stands in front of messages: "home.toml:3: …".
Result<> apply_settings_file(Settings& settings, std::string_view toml, std::string_view name);
Result<> apply_environment(Settings& settings, std::span<const std::string> environment);

// Rules that need more than one row, or more than bounds.
Result<> check_settings(const Settings& settings);

// Of this process.
std::vector<std::string> process_environment();

}  // namespace cw::app
