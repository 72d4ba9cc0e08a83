#pragma once

// Passwords of servers. They are in files of their own, as settings are shown and URLs end in logs.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "model/settings.hpp"

namespace cw::app {

// The first line of the file that the setting `key` names; empty where it names none. `invalid` when there is no line.
Result<std::string> read_password_file(const Settings& settings, std::string_view key);

}  // namespace cw::app
