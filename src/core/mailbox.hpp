#pragma once

// A bounded queue between threads: any number of senders, who never wait, and one receiver, who takes all that
// is there at once.

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "core/time.hpp"

namespace cw {

template <class T>
class Mailbox {
 public:
  explicit Mailbox(std::size_t most) : most_(most) {}

  // False when the mailbox is full: the message is not taken.
  bool send(T message) {
    {
      const std::scoped_lock lock(mutex_);
      if (waiting_.size() >= most_) return false;
      waiting_.push_back(std::move(message));
    }
    arrived_.notify_one();
    return true;
  }

  // What is there, without waiting.
  std::vector<T> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(waiting_, {});
  }

  // What is there, as soon as there is something; empty after `longest` or a stop.
  std::vector<T> wait(Duration longest, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, stop, longest, [&] { return !waiting_.empty(); });
    return std::exchange(waiting_, {});
  }

  // Waits for something to be there, and leaves it there.
  void await(Duration longest, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, stop, longest, [&] { return !waiting_.empty(); });
  }

 private:
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::vector<T> waiting_;
};

}  // namespace cw
