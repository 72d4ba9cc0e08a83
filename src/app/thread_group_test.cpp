#include "app/thread_group.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <condition_variable>
#include <latch>
#include <mutex>

#include "core/guarded.hpp"

namespace cw::app {
namespace {

void wait_for(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait(lock, stop, [] { return false; });
}

TEST(ThreadGroup, threads_are_stopped_in_the_reverse_order_of_their_start) {
  Guarded<std::vector<std::string>> ended;
  ThreadGroup threads;
  for (const std::string name : {"first", "second", "third"}) {
    threads.start(name, [&ended, name](const std::stop_token& stop) {
      wait_for(stop);
      ended.with([&](auto& names) { names.push_back(name); });
    });
  }
  threads.stop();
  ended.with([](const auto& names) { EXPECT_EQ(names, (std::vector<std::string>{"third", "second", "first"})); });
}

TEST(ThreadGroup, a_thread_has_its_name_and_is_woken_by_what_it_brought_along) {
  std::latch named(1);
  std::latch woken(1);
  std::string name(16, '\0');
  ThreadGroup threads;
  threads.start(
      "a-rather-long-name",
      [&](const std::stop_token&) {
        ::pthread_getname_np(::pthread_self(), name.data(), name.size());
        named.count_down();
        woken.wait();
      },
      [&] { woken.count_down(); });
  named.wait();
  EXPECT_STREQ(name.c_str(), "a-rather-long-n");
  threads.stop();
}

}  // namespace
}  // namespace cw::app
