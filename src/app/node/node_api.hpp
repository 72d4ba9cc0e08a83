#pragma once

// The API over this machine's store, without a socket: for commands while no node runs, and for the node itself
// where it puts the targets of its command line into its store. One way in, one set of checks.

#include <memory>
#include <optional>

#include "api/api.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "model/settings.hpp"
#include "model/target.hpp"
#include "platform/postgres_database.hpp"
#include "ports/queue/job_queue.hpp"
#include "ports/routing/route_table.hpp"
#include "ports/store/sql/sql_store.hpp"

namespace cw::app {

// The store, and the queue that the settings name, opened together. Errors say what to do; whatever the store's fault
// is, it is a back end that is missing: `unavailable`.
struct Stores {
  std::optional<platform::DatabaseClaim> jobs_claim;  // where jobs are kept in a server's database
  std::unique_ptr<store::SqlStore> store;
  std::unique_ptr<queue::JobQueue> queue;
};
// Who keeps the books beside a running node leaves the jobs in a server's database to it.
enum class JobsUse : std::uint8_t { lease, look };
Result<Stores> open_stores(const std::string& url, const Settings& settings, Instant now, JobsUse use = JobsUse::lease);

// What the API is told of this program.
api::ApiOptions api_options(const Settings& settings);
// The owner's policy with the opt-outs as they are now. `invalid` where the opt-out file cannot be read.
Result<schedule::TargetPolicy> target_policy(const Settings& settings);

// Measures nothing: for an API that only keeps the books.
class NoProber final : public probe::Prober {
 public:
  [[nodiscard]] std::string_view name() const override { return "none"; }
  Result<> start(const MeasurementRequest& /*request*/, probe::Observer /*observer*/) override {
    return fail(ErrorKind::unavailable, "no node is running: start one with `cyberwatch serve`");
  }
  void cancel(const Uuid& /*id*/) override {}
  [[nodiscard]] probe::Counters counters() const override { return {}; }
};

// An API over `stores` that adds targets as `added_as`. All but the settings outlive it.
std::unique_ptr<api::Api> make_bookkeeper(Stores& stores, probe::Prober& prober, routing::RouteTables& routes,
                                          schedule::ProbeAdmission& admission, const Clock& clock,
                                          const Settings& settings, TargetSource added_as);

}  // namespace cw::app
