#include "app/node/node_api.hpp"

#include <utility>

#include "app/commands/commands.hpp"
#include "app/node/open_queue.hpp"
#include "app/node/open_store.hpp"
#include "app/node/opt_out_file.hpp"
#include "app/presets.hpp"
#include "app/wires.hpp"
#include "platform/resolver.hpp"

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

}  // namespace

Result<Stores> open_stores(const std::string& url, const Settings& settings, Instant now, JobsUse use) {
  Stores stores{.jobs_claim = {}, .store = TRY(open_store(url, settings)), .queue = {}};
  const bool shared = platform::is_postgres_url(url);
  if (shared && jobs_are_in_store(settings) && use == JobsUse::lease)
    stores.jobs_claim = TRY(claim_jobs(url, settings));
  const auto leases = shared && use == JobsUse::look ? queue::EarlierLeases::leave : queue::EarlierLeases::end;
  stores.queue = TRY(open_queue(settings, stores.store->database(), now, leases));
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
