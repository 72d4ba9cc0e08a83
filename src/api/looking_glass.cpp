#include "api/looking_glass.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/log.hpp"
#include "rules/topology/as_path.hpp"

namespace cw::api {
namespace {

constexpr std::string_view kArea = kLookingGlassSource;
// How far back a path counts as known.
constexpr int kPathsLookedAt = 500;

Problem too_many(std::string detail, Duration retry_after) {
  Problem problem(ProblemType::budget_exhausted, std::move(detail));
  const auto seconds = std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(retry_after).count());
  problem.headers.emplace_back("Retry-After", fmt::format("{}", seconds));
  return problem;
}

}  // namespace

LookingGlass::LookingGlass(LookingGlassPorts ports, LookingGlassOptions options)
    : ports_(ports),
      options_(std::move(options)),
      outbox_(std::make_shared<Outbox>(options_.most_running)),
      random_(Random(options_.seed)) {}

void LookingGlass::forget_old(Runs& runs, Instant now) const {
  std::erase_if(runs, [&](const auto& entry) {
    const auto finished_at = entry.second->finished_at();
    return finished_at && *finished_at + options_.keep_for <= now;
  });
}

std::expected<void, Problem> LookingGlass::make_room(Runs& runs, Instant now) const {
  forget_old(runs, now);
  std::size_t running = 0;
  std::size_t bytes = 0;
  Instant first_to_go = now + options_.keep_for;
  for (const auto& [id, run] : runs) {
    const auto finished_at = run->finished_at();
    if (!finished_at) ++running;
    if (finished_at) first_to_go = std::min(first_to_go, *finished_at + options_.keep_for);
    bytes += run->event_bytes();
  }
  if (running >= options_.most_running)
    return std::unexpected(
        too_many(fmt::format("{} runs are under way, the most this node allows: try again when one has "
                             "ended",
                             running),
                 std::chrono::seconds(5)));
  if (runs.size() >= options_.most_kept || bytes >= options_.most_kept_bytes)
    return std::unexpected(too_many(
        "so many runs were made in the last minutes that no more can be kept: try again later", first_to_go - now));
  return {};
}

std::expected<std::shared_ptr<Run>, Problem> LookingGlass::start(MeasurementRequest request) {
  const auto now = ports_.clock.now();
  request.id = random_.with([&](Random& random) { return Uuid::make_v7(now, random); });
  auto run = std::make_shared<Run>(request, options_.vantage, now);
  auto room = runs_.with([&](Runs& runs) -> std::expected<void, Problem> {
    if (auto made = make_room(runs, now); !made) return made;
    runs.emplace(request.id, run);
    return {};
  });
  if (!room) return std::unexpected(std::move(room).error());
  const auto started = ports_.prober.start(request, observe(run));
  if (started) {
    ports_.admission.begun(request.address, now);
    return run;
  }
  runs_.with([&](Runs& runs) { runs.erase(request.id); });
  if (started.error().kind == ErrorKind::exhausted)
    return std::unexpected(too_many("the prober is busy with as much as it can take", std::chrono::seconds(5)));
  return std::unexpected(Problem(started.error()));
}

// The prober may call these after this object is gone: they hold what they need.
probe::Observer LookingGlass::observe(const std::shared_ptr<Run>& run) const {
  return {
      .on_event = [run, table = ports_.routes.current()](const probe::ProbeEvent& event) { run->add(event, *table); },
      .on_finished =
          [run, outbox = outbox_, &clock = ports_.clock](Result<Measurement> measurement) {
            if (!measurement && measurement.error().kind == ErrorKind::cancelled) return run->cancel(clock.now());
            if (!measurement) {
              const Problem problem(measurement.error());
              return run->fail(problem.type, problem.detail, clock.now());
            }
            if (!outbox->send({run, *std::move(measurement)}))
              run->fail(ProblemType::unavailable, "more runs have ended than could be stored", clock.now());
          }};
}

std::shared_ptr<Run> LookingGlass::find(const Uuid& id) {
  return runs_.with([&](Runs& runs) -> std::shared_ptr<Run> {
    forget_old(runs, ports_.clock.now());
    const auto found = runs.find(id);
    return found == runs.end() ? nullptr : found->second;
  });
}

void LookingGlass::cancel(const Uuid& id) { ports_.prober.cancel(id); }

std::size_t LookingGlass::running() const {
  return runs_.with([](const Runs& runs) {
    const auto is_running = [](const auto& entry) { return entry.second->status() == RunStatus::running; };
    return static_cast<std::size_t>(std::ranges::count_if(runs, is_running));
  });
}

void LookingGlass::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    outbox_->await(std::chrono::hours(1), stop);
    store_finished();
  }
  const auto runs = runs_.with([](const Runs& held) { return held; });
  for (const auto& [id, run] : runs)
    if (run->status() == RunStatus::running) ports_.prober.cancel(id);
  store_finished();
}

void LookingGlass::store_finished() {
  for (const auto& finished : outbox_->take()) store(finished);
}

void LookingGlass::store(const Finished& finished) {
  auto measurement = finished.measurement;
  measurement.vantage = options_.vantage;
  auto news = put(measurement);
  const auto now = ports_.clock.now();
  if (!news) {
    log_error(kArea, "run {} could not be stored: {}", measurement.id.to_string(), news.error().message);
    const Problem problem(news.error());
    return finished.run->fail(problem.type, "measured, but not stored: " + problem.detail, now);
  }
  if (options_.on_stored) options_.on_stored(measurement);
  finished.run->complete(measurement, *news, now);
}

Result<PathNews> LookingGlass::put(const Measurement& measurement) {
  const auto earlier = TRY(
      ports_.measurements.list({.address = measurement.address, .kind = measurement.kind, .limit = kPathsLookedAt}));
  auto facts = routing::facts_on_path(*ports_.routes.current(), measurement);
  auto as_path =
      measurement.kind == Kind::ping ? std::nullopt : std::optional(topology::find_as_path(measurement, facts));
  TRY(ports_.measurements.put(
      {{.measurement = measurement,
        .as_path = std::move(as_path),
        .facts = std::move(facts),
        .origin = {.source = std::string(kLookingGlassSource), .reason = "somebody watched"}}}));
  const auto stored = TRY(ports_.measurements.by_id(measurement.id));
  PathNews news{.path_hash = stored.path_hash};
  if (news.path_hash.empty()) return news;
  news.known_path = std::ranges::find(earlier, news.path_hash, &store::MeasurementSummary::path_hash) != earlier.end();
  news.differs_from_last = !earlier.empty() && earlier.front().path_hash != news.path_hash;
  return news;
}

}  // namespace cw::api
