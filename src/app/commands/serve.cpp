// `cyberwatch serve`: opens sockets, store and port, gives up its privileges, and runs until it is told to stop.

#include <fmt/format.h>

#include "app/commands/commands.hpp"
#include "app/local_table.hpp"
#include "app/places.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "app/wires.hpp"
#include "app/wiring.hpp"
#include "core/log.hpp"
#include "platform/privileges.hpp"
#include "platform/signals.hpp"
#include "platform/system_clock.hpp"

namespace cw::app {
namespace {

constexpr std::string_view kArea = "node";

LogLevel log_level_of(const Settings& settings) {
  const auto& level = settings.text("log.level");
  if (level == "debug") return LogLevel::debug;
  if (level == "warning") return LogLevel::warning;
  if (level == "error") return LogLevel::error;
  return LogLevel::info;
}

Result<std::unique_ptr<platform::Wire>> wire_for(const Settings& settings) {
  if (!needs_wire(settings)) return nullptr;
  auto opened = TRY(open_wire(settings));
  if (const auto limits = opened.wire->traits().limits; !limits.empty()) log_warning(kArea, "{}", limits);
  return std::move(opened.wire);
}

std::shared_ptr<const routing::RouteTable> table_for(const Settings& settings) {
  auto table = open_local_table(settings);
  if (table) return *std::move(table);
  log_warning(kArea, "networks are not named: {}", table.error().message);
  return empty_table();
}

Result<> import_targets_of(const ServeCommand& command, Node& node) {
  if (command.targets.empty()) return {};
  const auto result =
      TRY(node.import(command.targets, [](const std::string& message) { log_warning(kArea, "{}", message); }));
  log_info(kArea, "targets: {} added, {} were there already, {} refused", result.added, result.joined, result.refused);
  return {};
}

}  // namespace

Result<ExitCode> run(const ServeCommand& command) {
  if (command.sample_config) return write_out(sample_settings_file()) ? ExitCode::done : ExitCode::failed;
  const auto settings =
      TRY(load_settings({command.settings.config, process_environment(), command.settings.overrides}));
  set_log_level(log_level_of(settings));
  const auto signals = TRY(platform::Signals::open());
  const platform::SystemClock clock;
  auto wire = TRY(wire_for(settings));
  const auto node = TRY(Node::open(
      {.settings = settings, .store_url = store_url(settings), .wire = std::move(wire), .table = table_for(settings)},
      clock));
  TRY(platform::drop_privileges(node->kept()));
  TRY(import_targets_of(command, *node));
  node->start();
  write_out(fmt::format("cyberwatch is ready: {}\n", node->url().empty() ? settings.text("node.roles") : node->url()));
  while (!signals.wait(std::chrono::hours(1))) continue;
  return ExitCode::done;
}

}  // namespace cw::app
