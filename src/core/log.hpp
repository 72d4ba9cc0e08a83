#pragma once

// One line to stderr per event: "2026-11-22T10:00:00.000000Z warning worker: text". Roles and `main` log;
// everything below them returns errors. Nothing secret and nothing from DNS is ever passed here.

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

namespace cw {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

void set_log_level(LogLevel level);
void log_line(LogLevel level, std::string_view area, std::string_view text);

template <class... Args>
void log_info(std::string_view area, fmt::format_string<Args...> text, Args&&... args) {
  log_line(LogLevel::info, area, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void log_warning(std::string_view area, fmt::format_string<Args...> text, Args&&... args) {
  log_line(LogLevel::warning, area, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void log_error(std::string_view area, fmt::format_string<Args...> text, Args&&... args) {
  log_line(LogLevel::error, area, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace cw
