#include "app/thread_group.hpp"

#include <pthread.h>

namespace cw::app {

void ThreadGroup::start(const std::string& name, std::function<void(const std::stop_token&)> work,
                        std::function<void()> on_stop) {
  constexpr std::size_t kernel_keeps = 15;
  std::jthread thread([work = std::move(work), name = name.substr(0, kernel_keeps)](const std::stop_token& stop) {
    ::pthread_setname_np(::pthread_self(), name.c_str());
    work(stop);
  });
  threads_.push_back({.on_stop = std::move(on_stop), .thread = std::move(thread)});
}

void ThreadGroup::stop() {
  while (!threads_.empty()) {
    auto& last = threads_.back();
    last.thread.request_stop();
    if (last.on_stop) last.on_stop();
    last.thread.join();
    threads_.pop_back();
  }
}

}  // namespace cw::app
