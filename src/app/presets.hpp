#pragma once

// Lists of targets that the program brings along, each of public service addresses that expect to be asked by
// anybody. Nothing is measured until the owner chooses one.

#include <span>
#include <string_view>

namespace cw::app {

struct PresetTarget {
  std::string_view address;
  std::string_view name;  // of the service
};

struct Preset {
  std::string_view name;  // "resolvers"
  std::string_view title;
  std::string_view description;
  std::span<const PresetTarget> targets;
};

std::span<const Preset> presets();
const Preset* find_preset(std::string_view name);

}  // namespace cw::app
