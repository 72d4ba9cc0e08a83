#include "app/node/node_api.hpp"

#include <utility>

#include "app/commands/commands.hpp"
#include "app/node/opt_out_file.hpp"
#include "app/presets.hpp"
#include "app/wires.hpp"
#include "platform/resolver.hpp"
#include "platform/sqlite_database.hpp"
#include "ports/queue/embedded/embedded_job_queue.hpp"

namespace cw::app {
namespace {

std::vector<api::TargetPreset> api_presets() {
  std::vector<api::TargetPreset> converted;
  for (const auto& preset : presets()) {
    api::TargetPreset one{.name = std::string(preset.name),
                          .title = std::string(preset.title),
                          .description = std::string(preset.description)};
    for (const auto& target : preset.targets)
      if (const auto address = IpAddress::parse(target.address))
        one.targets.push_back({*address, std::string(target.name)});
    converted.push_back(std::move(one));
  }
  return converted;
}

std::unexpected<Error> missing(Error error) { return fail(ErrorKind::unavailable, std::move(error.message)); }

}  // namespace

Result<Stores> open_stores(const std::string& url, Instant now) {
  // A URL of another kind is a wrong setting, and no missing back end.
  if (const auto file = platform::parse_sqlite_url(url); !file) return std::unexpected(file.error());
  Stores stores;
  auto store = store::SqlStore::open(url);
  if (!store) return missing(std::move(store).error());
  stores.store = *std::move(store);
  auto queue = queue::EmbeddedJobQueue::open(stores.store->database(), {.seed = system_seed(), .now = now});
  if (!queue) return missing(std::move(queue).error());
  stores.queue = *std::move(queue);
  return stores;
}

Result<schedule::TargetPolicy> target_policy(const Settings& settings) {
  schedule::TargetPolicy policy{.allowed = settings.prefixes("policy.allowed"),
                                .excluded = settings.prefixes("policy.excluded")};
  if (const auto& file = settings.text("policy.opt_out_file"); !file.empty())
    policy.opted_out = TRY(read_opt_outs(file));
  return policy;
}

api::ApiOptions api_options(const Settings& settings) {
  return {.version = std::string(version()),
          .vantage = settings.text("vantage.name"),
          .settings = settings,
          .presets = api_presets(),
          .seed = system_seed()};
}

std::unique_ptr<api::Api> make_bookkeeper(Stores& stores, probe::Prober& prober, routing::RouteTables& routes,
                                          schedule::ProbeAdmission& admission, const Clock& clock,
                                          const Settings& settings, TargetSource added_as) {
  auto options = api_options(settings);
  options.added_as = added_as;
  return std::make_unique<api::Api>(api::ApiPorts{.targets = stores.store->targets(),
                                                  .measurements = stores.store->measurements(),
                                                  .refusals = stores.store->refusals(),
                                                  .settings = stores.store->settings(),
                                                  .queue = *stores.queue,
                                                  .prober = prober,
                                                  .routes = routes,
                                                  .admission = admission,
                                                  .clock = clock,
                                                  .resolve = platform::resolve},
                                    std::move(options));
}

}  // namespace cw::app
