#include "roles/worker/worker_pool.hpp"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <utility>

#include "core/log.hpp"
#include "roles/worker/worker_settings.hpp"

namespace cw::roles {
namespace {

constexpr std::string_view kArea = "worker";

}  // namespace

WorkerPool::WorkerPool(store::SettingsStore& settings, WorkerPoolOptions options)
    : settings_(settings), options_(std::move(options)) {}

// Settings that cannot be read or are out of bounds leave the number as it is: the workers say what is wrong.
std::size_t WorkerPool::wanted() const {
  auto settings = options_.settings;
  const auto json = settings_.get(kWorkerSettingsKey);
  const bool is_changed = json || json.error().kind != ErrorKind::not_found;
  if (is_changed && (!json || !apply_worker_settings(settings, *json)) && size() > 0) return size();
  return static_cast<std::size_t>(worker_settings_of(settings).worker_count);
}

void WorkerPool::follow_settings() {
  const auto count = wanted();
  const auto before = size();
  if (before == count) return;
  while (size() > count) stop_last();
  for (auto number = size() + 1; number <= count; ++number) {
    Member member{.worker = options_.make_worker(static_cast<int>(number)), .thread = nullptr};
    member.thread =
        options_.start_thread(fmt::format("cw-worker-{}", number),
                              [worker = member.worker.get()](const std::stop_token& stop) { worker->run(stop); });
    members_.with([&](auto& members) { members.push_back(std::move(member)); });
  }
  if (before > 0) log_info(kArea, "now {} workers", count);
}

// Outside the lock: a worker takes a while to give back what it holds.
void WorkerPool::stop_last() {
  auto last = members_.with([](auto& members) {
    auto member = std::move(members.back());
    members.pop_back();
    return member;
  });
  last.thread.reset();
}

void WorkerPool::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  while (!stop.stop_requested()) {
    follow_settings();
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, options_.settings_age, [] { return false; });
  }
  while (size() > 0) stop_last();
}

WorkerStatus WorkerPool::status() const {
  return members_.with([](const auto& members) {
    WorkerStatus sum;
    for (const auto& member : members) {
      const auto one = member.worker->status();
      sum.running += one.running;
      sum.kept += one.kept;
      sum.store_refuses = sum.store_refuses || one.store_refuses;
      sum.stored += one.stored;
      sum.failed += one.failed;
      sum.forbidden += one.forbidden;
      sum.postponed += one.postponed;
    }
    return sum;
  });
}

std::size_t WorkerPool::size() const {
  return members_.with([](const auto& members) { return members.size(); });
}

}  // namespace cw::roles
