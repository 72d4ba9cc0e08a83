#pragma once

// The threads of the process: each with a name and a stop token, stopped and joined in the reverse order of
// their start.

#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace cw::app {

class ThreadGroup {
 public:
  ThreadGroup() = default;
  ThreadGroup(const ThreadGroup&) = delete;
  ThreadGroup& operator=(const ThreadGroup&) = delete;
  ~ThreadGroup() { stop(); }

  // `work` returns soon after its token says stop. `on_stop`, where the token alone does not wake it, is called
  // from the stopping thread. Names are cut to 15 bytes, as the kernel keeps no more.
  void start(const std::string& name, std::function<void(const std::stop_token&)> work,
             std::function<void()> on_stop = {});
  void stop();

 private:
  struct Named {
    std::function<void()> on_stop;
    std::jthread thread;
  };
  std::vector<Named> threads_;
};

}  // namespace cw::app
