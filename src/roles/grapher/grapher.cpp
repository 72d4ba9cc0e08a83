#include "roles/grapher/grapher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>

#include "core/log.hpp"
#include "rules/schedule/backoff.hpp"

namespace cw::roles {
namespace {

constexpr std::string_view kArea = "grapher";

void sleep_for(Duration duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, duration, [] { return false; });
}

}  // namespace

Grapher::Grapher(GrapherPorts ports, GrapherOptions options)
    : ports_(ports), options_(options), random_(options.seed) {}

Result<std::size_t> Grapher::run_once() {
  const auto cursor = TRY(ports_.graph.cursor());
  const auto fed = TRY(ports_.feed.after(cursor, options_.most_traces));
  if (fed.empty()) {
    TRY(expect_not_ahead(cursor));
    state_.with([&](GrapherState& state) { state = {.position = cursor, .error = {}}; });
    return 0;
  }
  const auto traces = TRY(read(fed));
  const auto facts = TRY(facts_of(traces));
  GraphSightings sightings;
  for (const auto& trace : traces) sightings.add(trace, facts);
  const auto position = fed.back().position;
  TRY(ports_.graph.apply(sightings.batch(cursor, position)));
  state_.with([&](GrapherState& state) { state = {.position = position, .error = {}}; });
  return fed.size();
}

// A record that cannot be read never will be: it must not hold up all that come behind it.
Result<std::vector<store::StoredMeasurement>> Grapher::read(const std::vector<store::FedTrace>& fed) {
  std::vector<store::StoredMeasurement> traces;
  for (const auto& trace : fed) {
    auto stored = ports_.measurements.by_id(trace.measurement);
    if (stored) {
      traces.push_back(*std::move(stored));
    } else if (stored.error().kind == ErrorKind::internal) {
      log_warning(kArea, "a trace is left out of the graph: {}", stored.error().message);
    } else if (stored.error().kind != ErrorKind::not_found) {
      return std::unexpected(std::move(stored).error());
    }
  }
  return traces;
}

Result<FactsByAddress> Grapher::facts_of(const std::vector<store::StoredMeasurement>& traces) {
  std::set<IpAddress> addresses;
  for (const auto& trace : traces)
    if (trace.as_path)
      for (const auto& hop : trace.as_path->hops)
        if (hop.address) addresses.insert(*hop.address);
  FactsByAddress by_address;
  for (auto& facts : TRY(ports_.measurements.facts({addresses.begin(), addresses.end()}))) {
    const auto address = facts.address;
    by_address.insert_or_assign(address, std::move(facts));
  }
  return by_address;
}

Result<> Grapher::expect_not_ahead(std::int64_t cursor) {
  const auto last = TRY(ports_.feed.last());
  if (cursor <= last) return {};
  return fail(
      ErrorKind::conflict,
      fmt::format("the graph is ahead of the store (at {} of {}): it belongs to another store, or the store was "
                  "put back; make it again with `cyberwatch graph rebuild`",
                  cursor, last));
}

// Half of it is chance, so that nodes that lost the same server do not come back in step.
Duration Grapher::wait_after(int failures) {
  const schedule::BackoffLimits limits{
      .free_failures = 0, .first_wait = options_.first_wait, .longest_wait = options_.longest_wait};
  const auto wait = schedule::Backoff<int>::wait_after(failures, limits);
  return wait / 2 +
         Duration(static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(wait.count() / 2 + 1))));
}

void Grapher::run(const std::stop_token& stop) {
  int failures = 0;
  while (!stop.stop_requested()) {
    const auto taken = run_once();
    if (taken) {
      if (std::exchange(failures, 0) > 0) log_info(kArea, "the graph follows the store again");
      if (*taken == 0) sleep_for(options_.poll, stop);
      continue;
    }
    state_.with([&](GrapherState& state) { state.error = taken.error().message; });
    if (failures++ == 0) log_error(kArea, "the graph waits until this is mended: {}", taken.error().message);
    sleep_for(wait_after(failures), stop);
  }
}

GrapherState Grapher::state() const {
  return state_.with([](const GrapherState& state) { return state; });
}

}  // namespace cw::roles
