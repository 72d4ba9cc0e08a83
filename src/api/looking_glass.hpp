#pragma once

// Runs that somebody watches: starts them on the prober, keeps their events for a while after their end, and
// stores what came back. Storing happens on the thread that calls `run`, never on the prober's.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "api/problem.hpp"
#include "api/run.hpp"
#include "core/clock.hpp"
#include "core/guarded.hpp"
#include "core/mailbox.hpp"
#include "core/random.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/measurement.hpp"
#include "model/measurement_request.hpp"
#include "ports/probe/prober.hpp"
#include "ports/routing/route_table.hpp"
#include "ports/store/measurement_store.hpp"
#include "rules/schedule/probe_admission.hpp"

namespace cw::api {

// What measurements and refusals of its runs say of their source.
inline constexpr std::string_view kLookingGlassSource = "looking-glass";

struct LookingGlassPorts {
  probe::Prober& prober;
  store::MeasurementStore& measurements;
  routing::RouteTables& routes;
  schedule::ProbeAdmission& admission;  // is told what begins, and asked nothing: somebody watches
  const Clock& clock;
};

struct LookingGlassOptions {
  std::string vantage = "home";
  std::size_t most_running = 4;
  std::size_t most_kept = 500;
  std::size_t most_kept_bytes = std::size_t{64} * 1024 * 1024;  // of events
  Duration keep_for = std::chrono::minutes(10);                 // after the end
  std::uint64_t seed = 0;                                       // of the ids
  std::function<void(const Measurement&)> on_stored;            // may be empty
};

class LookingGlass {
 public:
  LookingGlass(LookingGlassPorts ports, LookingGlassOptions options);
  LookingGlass(const LookingGlass&) = delete;
  LookingGlass& operator=(const LookingGlass&) = delete;

  // Gives the request its id and starts it. `budget_exhausted` when a stated bound is reached.
  std::expected<std::shared_ptr<Run>, Problem> start(MeasurementRequest request);
  // nullptr when it never was, or its time is over.
  std::shared_ptr<Run> find(const Uuid& id);
  void cancel(const Uuid& id);

  // Stores finished runs until the stop; then cancels what still runs.
  void run(const std::stop_token& stop);
  // Stores what has finished by now; `run` does nothing else.
  void store_finished();

  [[nodiscard]] std::size_t running() const;
  [[nodiscard]] std::size_t most_running() const { return options_.most_running; }

 private:
  struct Finished {
    std::shared_ptr<Run> run;
    Measurement measurement;
  };
  using Outbox = Mailbox<Finished>;
  using Runs = std::map<Uuid, std::shared_ptr<Run>>;

  std::expected<void, Problem> make_room(Runs& runs, Instant now) const;
  void forget_old(Runs& runs, Instant now) const;
  probe::Observer observe(const std::shared_ptr<Run>& run) const;
  void store(const Finished& finished);
  Result<PathNews> put(const Measurement& measurement);

  LookingGlassPorts ports_;
  LookingGlassOptions options_;
  // Shared with the observers, so that one who is called late finds it.
  std::shared_ptr<Outbox> outbox_;
  Guarded<Random> random_;
  Guarded<Runs> runs_;
};

}  // namespace cw::api
