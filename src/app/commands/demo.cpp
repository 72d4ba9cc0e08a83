// `cyberwatch demo`: every role over the simulated Internet, on real time, in memory unless told otherwise.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/commands/commands.hpp"
#include "app/local_table.hpp"
#include "app/places.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "app/wiring.hpp"
#include "core/log.hpp"
#include "core/special_use.hpp"
#include "lab/scenario.hpp"
#include "lab/simulated_internet.hpp"
#include "lab/simulated_wire.hpp"
#include "platform/privileges.hpp"
#include "platform/signals.hpp"
#include "platform/system_clock.hpp"

namespace cw::app {

// scenarios/demo.toml, embedded by the build.
std::string_view demo_scenario();

namespace {

// Often enough that something is seen to happen, seldom enough to stay small for days.
constexpr auto kInterval = std::chrono::seconds(15);

Result<lab::Scenario> scenario_of(const DemoCommand& command) {
  if (command.scenario) return lab::load_scenario(*command.scenario);
  return lab::parse_scenario(demo_scenario(), "demo.toml");
}

// The scenario's own destinations may lie in documentation space; everything else is as on any node.
std::string allowed_prefixes(const std::vector<lab::Destination>& destinations) {
  std::vector<std::string> allowed;
  for (const auto& destination : destinations)
    if (special_use(destination.address) != nullptr)
      allowed.push_back(Prefix::around(destination.address, destination.address.bit_width()).to_string());
  return fmt::format("{}", fmt::join(allowed, ","));
}

Result<Settings> demo_settings(const DemoCommand& command, const std::vector<lab::Destination>& destinations) {
  Settings settings;
  TRY(apply_environment(settings, process_environment()));
  const auto interval = std::chrono::seconds(kInterval).count();
  for (const auto& [key, value] : std::initializer_list<SettingOverride>{
           {"vantage.name", "demo"},
           {"node.roles", "api,scheduler,worker,grapher"},
           {"listen.address", "127.0.0.1"},
           {"listen.port", std::to_string(command.port)},
           {"policy.allowed", allowed_prefixes(destinations)},
           {"probe.packets_per_second", "20000"},
           {"target.interval_seconds", std::to_string(interval)},
           {"worker.rate_limit_per_minute", "3000"},
           {"worker.max_concurrent_traceroutes", "30"},
           // The outage in the script is to be watched, not waited out.
           {"worker.longest_backoff_seconds", "0"},
           {"store.url", command.store},
           {"queue.url", "store:"},
       })
    TRY(settings.set(key, value, SettingOrigin::command_line));
  return settings;
}

Result<> add_destinations(store::TargetStore& targets, const std::vector<lab::Destination>& destinations,
                          const routing::RouteTable& table, Instant now) {
  std::vector<Target> added;
  for (const auto& destination : destinations)
    added.push_back({.address = destination.address,
                     .name = destination.name.empty() ? destination.address.to_string() : destination.name,
                     .asn = routing::facts_of(table, destination.address).asn,
                     .labels = {"demo"},
                     .reason = "scenario",
                     .interval = kInterval,
                     .first_seen = now,
                     .last_seen = now});
  TRY(targets.put_all(added));
  return {};
}

}  // namespace

Result<ExitCode> run(const DemoCommand& command) {
  auto scenario = TRY(scenario_of(command));
  const auto destinations = scenario.destinations;
  const auto settings = TRY(demo_settings(command, destinations));
  set_log_level(LogLevel::warning);
  const auto signals = TRY(platform::Signals::open());
  const platform::SystemClock clock;
  lab::SimulatedInternet internet(std::move(scenario), clock.now());
  const auto opened = open_local_table(settings);
  if (!opened) log_warning("demo", "networks are not named: {}", opened.error().message);
  const auto table = opened ? *opened : empty_table();
  const auto node = TRY(Node::open({.settings = settings,
                                    .store_url = store_url(settings),
                                    .wire = std::make_unique<lab::SimulatedWire>(internet, clock),
                                    .table = table,
                                    .network = Network::simulated},
                                   clock));
  TRY(platform::drop_privileges());
  TRY(add_destinations(node->targets(), destinations, *table, clock.now()));
  node->start();
  write_out(fmt::format("cyberwatch is ready: {}\n", node->url()));
  while (!signals.wait(std::chrono::hours(1))) continue;
  return ExitCode::done;
}

}  // namespace cw::app
