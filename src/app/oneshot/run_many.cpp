#include "app/oneshot/run_many.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <semaphore>
#include <thread>
#include <utility>

#include "core/mailbox.hpp"
#include "core/text.hpp"

namespace cw::app {
namespace {

constexpr auto kStopCheck = std::chrono::milliseconds(100);
// What ends meanwhile is taken in together: thousands end in a second, and each would wake this thread.
constexpr auto kGathering = std::chrono::milliseconds(2);
constexpr Duration kLongWait = std::chrono::hours(1);

// No value: the feed has ended, and this many messages came before in all.
struct Message {
  std::optional<Result<Measurement>> result;
  std::size_t begun = 0;
};

// Shared with the observers, so that one who is called late finds it.
struct Traffic {
  explicit Traffic(std::size_t window) : messages(window + 1), room(static_cast<std::ptrdiff_t>(window)) {}
  // Never full: whoever sends holds a place in the room, but for the one word at the end.
  Mailbox<Message> messages;
  std::counting_semaphore<> room;
};

std::unexpected<Error> named(const NamedTarget& target, Error error) {
  return fail(printable(target.name), std::move(error));
}

void begin(const std::shared_ptr<Traffic>& traffic, const ManyRuns& runs, Result<NamedTarget> target) {
  if (!target) {
    traffic->messages.send({.result = std::unexpected(std::move(target).error())});
    return;
  }
  auto on_finished = [traffic, target = *target](Result<Measurement> measurement) {
    if (!measurement) measurement = named(target, std::move(measurement).error());
    traffic->messages.send({.result = std::move(measurement)});
  };
  const auto started =
      runs.prober.start(runs.request_for(*target), {.on_event = {}, .on_finished = std::move(on_finished)});
  if (!started) traffic->messages.send({.result = named(*target, started.error())});
}

void feed_all(TargetFeed& feed, const std::shared_ptr<Traffic>& traffic, const ManyRuns& runs,
              const std::stop_token& stop) {
  std::size_t begun = 0;
  while (true) {
    while (!traffic->room.try_acquire_for(kStopCheck))
      if (stop.stop_requested()) return;
    if (stop.stop_requested()) return;
    auto target = feed.next();
    if (!target) break;
    begin(traffic, runs, std::move(*target));
    ++begun;
  }
  traffic->messages.send({.result = std::nullopt, .begun = begun});
}

}  // namespace

void run_many(TargetFeed& feed, const ManyRuns& runs) {
  const auto traffic = std::make_shared<Traffic>(runs.window);
  const std::jthread feeder([&](const std::stop_token& stop) { feed_all(feed, traffic, runs, stop); });
  std::size_t handed_over = 0;
  std::optional<std::size_t> begun;
  while (!begun || handed_over < *begun) {
    for (auto& message : traffic->messages.wait(kLongWait, {})) {
      if (!message.result) {
        begun = message.begun;
        continue;
      }
      ++handed_over;
      traffic->room.release();
      if (!runs.on_result(*std::move(message.result))) return;
    }
    if (!runs.on_pause()) return;
    if (!begun || handed_over < *begun) std::this_thread::sleep_for(kGathering);
  }
}

}  // namespace cw::app
