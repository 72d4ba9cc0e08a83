#pragma once

// As many workers in this process as the settings say, each in a thread of its own with its own rate and concurrency.
// The number follows the settings while the node runs: more are started, the last ones are stopped and give back what
// they hold.

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/guarded.hpp"
#include "core/time.hpp"
#include "model/settings.hpp"
#include "ports/store/settings_store.hpp"
#include "roles/worker/worker.hpp"

namespace cw::roles {

struct WorkerPoolOptions {
  // The worker of that number, from 1.
  std::function<std::unique_ptr<Worker>(int number)> make_worker;
  // A thread of that name that does that work; what is returned stops and joins it when it goes.
  std::function<std::shared_ptr<void>(const std::string& name, std::function<void(const std::stop_token&)> work)>
      start_thread;
  Settings settings;                                // in force until the store says otherwise
  Duration settings_age = std::chrono::seconds(1);  // how old the settings in use may be
};

class WorkerPool {
 public:
  WorkerPool(store::SettingsStore& settings, WorkerPoolOptions options);

  // Starts and stops workers until there are as many as wanted.
  void follow_settings();
  // Follows until the stop, then stops all workers.
  void run(const std::stop_token& stop);

  // From any thread: of all workers that run, together.
  [[nodiscard]] WorkerStatus status() const;
  [[nodiscard]] std::size_t size() const;

 private:
  struct Member {
    std::unique_ptr<Worker> worker;
    std::shared_ptr<void> thread;  // goes first
  };

  [[nodiscard]] std::size_t wanted() const;
  void stop_last();

  store::SettingsStore& settings_;
  WorkerPoolOptions options_;
  Guarded<std::vector<Member>> members_;
};

}  // namespace cw::roles
