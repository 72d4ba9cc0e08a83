#include "core/mailbox.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace cw {
namespace {

TEST(Mailbox, messages_come_out_in_the_order_they_went_in) {
  Mailbox<int> mailbox(3);
  EXPECT_TRUE(mailbox.send(1));
  EXPECT_TRUE(mailbox.send(2));
  EXPECT_EQ(mailbox.take(), (std::vector{1, 2}));
  EXPECT_TRUE(mailbox.take().empty());
}

TEST(Mailbox, a_full_mailbox_refuses_and_keeps_what_it_has) {
  Mailbox<int> mailbox(1);
  EXPECT_TRUE(mailbox.send(1));
  EXPECT_FALSE(mailbox.send(2));
  EXPECT_EQ(mailbox.take(), (std::vector{1}));
  EXPECT_TRUE(mailbox.send(3));
}

TEST(Mailbox, a_waiting_receiver_gets_what_another_thread_sends) {
  Mailbox<int> mailbox(1);
  std::jthread sender([&] { mailbox.send(7); });
  EXPECT_EQ(mailbox.wait(std::chrono::hours(1), {}), (std::vector{7}));
}

TEST(Mailbox, a_stop_ends_the_wait) {
  Mailbox<int> mailbox(1);
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_TRUE(mailbox.wait(std::chrono::hours(1), stop.get_token()).empty());
}

TEST(Mailbox, awaiting_leaves_the_message_there) {
  Mailbox<int> mailbox(1);
  ASSERT_TRUE(mailbox.send(7));
  mailbox.await(std::chrono::hours(1), {});
  EXPECT_EQ(mailbox.take(), (std::vector{7}));
}

}  // namespace
}  // namespace cw
