#include "ports/probe/prober_choice.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace cw::probe {
namespace {

bool hands_over(ErrorKind kind) {
  return kind == ErrorKind::unsupported || kind == ErrorKind::unavailable || kind == ErrorKind::not_found;
}

}  // namespace

struct ProberChoice::Journey {
  MeasurementRequest request;
  Observer observer;
  std::vector<Prober*> order;
  std::size_t next = 0;          // place in `order`
  std::optional<Error> refusal;  // of all before
  std::atomic<bool> cancelled{false};

  void note(std::string_view who, const Error& error) {
    const auto reason = fmt::format("{}: {}", who, error.message);
    if (refusal)
      refusal->message += "; " + reason;
    else
      refusal = Error{.kind = error.kind, .message = reason};
  }
};

ProberChoice::ProberChoice(std::vector<std::unique_ptr<Prober>> probers) : probers_(std::move(probers)) {
  assert(!probers_.empty());
}

// From the first: one that ends may still hand over to those behind it.
ProberChoice::~ProberChoice() {
  for (auto& prober : probers_) prober.reset();
}

std::string_view ProberChoice::name() const { return probers_.front()->name(); }

std::vector<Prober*> ProberChoice::order_for(std::string_view wanted) const {
  std::vector<Prober*> order;
  for (const auto& prober : probers_) order.push_back(prober.get());
  const auto named = std::ranges::find(order, wanted, &Prober::name);
  if (named != order.end()) std::rotate(order.begin(), named, named + 1);
  return order;
}

Result<> ProberChoice::start(const MeasurementRequest& request, Observer observer) {
  const auto journey = std::make_shared<Journey>();
  journey->request = request;
  journey->observer = std::move(observer);
  journey->order = order_for(request.prober);
  if (!request.prober.empty() && journey->order.front()->name() != request.prober)
    journey->note(request.prober, {.kind = ErrorKind::not_found, .message = "there is no such prober here"});
  journeys_.with([&](auto& journeys) { journeys.emplace(request.id, journey); });
  auto started = advance(journey);
  if (!started) forget(*journey);
  return started;
}

Result<> ProberChoice::advance(const std::shared_ptr<Journey>& journey) {
  while (journey->next < journey->order.size()) {
    if (journey->cancelled) return fail(ErrorKind::cancelled, "the measurement was cancelled");
    auto& prober = *journey->order[journey->next++];
    auto taken = hand_to(prober, journey);
    if (taken) return {};
    if (!hands_over(taken.error().kind)) return taken;
    journey->note(prober.name(), taken.error());
  }
  return std::unexpected(*journey->refusal);
}

// A cancel that came between the look at the mark and the start is made good.
Result<> ProberChoice::hand_to(Prober& prober, const std::shared_ptr<Journey>& journey) {
  Observer watching{.on_event = journey->observer.on_event,
                    .on_finished = [this, journey](Result<Measurement> result) { on_end(journey, std::move(result)); }};
  TRY(prober.start(journey->request, std::move(watching)));
  if (journey->cancelled) prober.cancel(journey->request.id);
  return {};
}

void ProberChoice::on_end(const std::shared_ptr<Journey>& journey, Result<Measurement> result) {
  if (!result && hands_over(result.error().kind)) {
    journey->note(journey->order[journey->next - 1]->name(), result.error());
    const auto taken = advance(journey);
    if (taken) return;
    result = std::unexpected(taken.error());
  }
  forget(*journey);
  journey->observer.on_finished(std::move(result));
}

void ProberChoice::forget(const Journey& journey) {
  journeys_.with([&](auto& journeys) {
    const auto [begin, end] = journeys.equal_range(journey.request.id);
    const auto found = std::find_if(begin, end, [&](const auto& one) { return one.second.get() == &journey; });
    if (found != end) journeys.erase(found);
  });
}

void ProberChoice::cancel(const Uuid& id) {
  journeys_.with([&](auto& journeys) {
    const auto [begin, end] = journeys.equal_range(id);
    for (auto one = begin; one != end; ++one) one->second->cancelled = true;
  });
  for (const auto& prober : probers_) prober->cancel(id);
}

Counters ProberChoice::counters() const {
  Counters all = probers_.front()->counters();
  for (const auto& prober : probers_)
    if (prober != probers_.front())
      for (const auto& [name, value] : prober->counters()) all[fmt::format("{}_{}", prober->name(), name)] = value;
  return all;
}

}  // namespace cw::probe
