#pragma once

// Lets one thread end the wait of another, now or the next time.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace cw::lab {

class WakeSignal {
 public:
  void wake() {
    {
      const std::scoped_lock lock(mutex_);
      woken_ = true;
    }
    condition_.notify_one();
  }
  // True when it was woken, which is then forgotten.
  bool take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(woken_, false);
  }
  bool wait_for(std::chrono::nanoseconds longest) {
    std::unique_lock lock(mutex_);
    condition_.wait_for(lock, longest, [this] { return woken_; });
    return std::exchange(woken_, false);
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool woken_ = false;
};

}  // namespace cw::lab
