#pragma once

// Where the program finds what it brings along, and where it keeps what it measures.

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "model/settings.hpp"

namespace cw::app {

// The running binary, and the folder it lies in.
std::filesystem::path binary_path();
std::filesystem::path binary_folder();

// A setting's path; where it is empty, `name` beside the binary, else in /usr/share/cyberwatch. `not_found` names
// the places that were looked at.
Result<std::filesystem::path> find_table(const Settings& settings);
Result<std::filesystem::path> find_web_folder(const Settings& settings);

// The setting, else the default of this user.
std::string store_url(const Settings& settings);

// For tests: the default store of a user with this id, home and XDG_STATE_HOME (empty: unset).
std::string standard_store(bool is_root, std::string_view home, std::string_view state_home);

}  // namespace cw::app
