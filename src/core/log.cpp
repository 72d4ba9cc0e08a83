#include "core/log.hpp"

#include <atomic>
#include <cstdio>

#include "core/text.hpp"
#include "core/time.hpp"

namespace cw {
namespace {

constexpr std::size_t longest_line = 4096;

// Lines come from every thread of the process, and the level is set once at its start.
std::atomic<LogLevel> least_level{LogLevel::info};

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

}  // namespace

void set_log_level(LogLevel level) { least_level.store(level); }

void log_line(LogLevel level, std::string_view area, std::string_view text) {
  if (level < least_level.load()) return;
  const Instant now = std::chrono::system_clock::now();
  // One write, so that lines of several threads do not mix; printable, so that an event stays one line.
  const auto line =
      fmt::format("{} {} {}: {}\n", format_rfc3339(now), name_of(level), area, printable(text, longest_line));
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace cw
