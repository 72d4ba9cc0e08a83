#include "platform/redis_reply.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cw::platform {
namespace {

using Type = RedisReply::Type;

Result<std::optional<RedisReply>> read(std::string_view bytes, const RedisReplyLimits& limits = {}) {
  RedisReplyReader reader(limits);
  reader.feed(bytes);
  return reader.next();
}

RedisReply text(std::string value) { return {.type = Type::text, .text = std::move(value)}; }
RedisReply integer(std::int64_t value) { return {.type = Type::integer, .integer = value}; }
RedisReply list(std::vector<RedisReply> items) { return {.type = Type::list, .items = std::move(items)}; }

TEST(RedisReply, each_kind_of_reply_is_read) {
  EXPECT_EQ(*read("+OK\r\n"), text("OK"));
  EXPECT_EQ(*read("-ERR no\r\n"), (RedisReply{.type = Type::error, .text = "ERR no"}));
  EXPECT_EQ(*read(":-42\r\n"), integer(-42));
  EXPECT_EQ(*read("$5\r\na\r\nbc\r\n"), text("a\r\nbc"));
  EXPECT_EQ(*read("$0\r\n\r\n"), text(""));
  EXPECT_EQ(*read("$-1\r\n"), RedisReply{});
  EXPECT_EQ(*read("*-1\r\n"), RedisReply{});
  EXPECT_EQ(*read("*0\r\n"), list({}));
  EXPECT_EQ(*read("*3\r\n:1\r\n*2\r\n$1\r\na\r\n*0\r\n$-1\r\n"),
            list({integer(1), list({text("a"), list({})}), RedisReply{}}));
}

TEST(RedisReply, replies_are_read_however_their_bytes_come) {
  constexpr std::string_view bytes = "*2\r\n$3\r\nabc\r\n:7\r\n+OK\r\n";
  RedisReplyReader reader;
  std::vector<RedisReply> replies;
  for (const char byte : bytes) {
    reader.feed({&byte, 1});
    if (auto reply = reader.next(); reply && *reply) replies.push_back(**reply);
  }
  EXPECT_EQ(replies, (std::vector{list({text("abc"), integer(7)}), text("OK")}));
}

TEST(RedisReply, half_a_reply_is_nothing_yet) {
  for (const auto* part : {"", "+O", "$5\r\nab", "*2\r\n:1\r\n", "$2\r\nab\r"}) {
    const auto reply = read(part);
    ASSERT_TRUE(reply) << part;
    EXPECT_FALSE(*reply) << part;
  }
}

TEST(RedisReply, what_is_no_redis_is_invalid_and_stays_so) {
  for (const auto* wrong : {"HTTP/1.1 400 Bad Request\r\n", "\r\n", "$x\r\n", "$-2\r\n", "*-2\r\n", "$1\r\nabc\r\n"})
    EXPECT_EQ(read(wrong).error().kind, ErrorKind::invalid) << wrong;
  RedisReplyReader reader;
  reader.feed("?\r\n");
  ASSERT_FALSE(reader.next());
  reader.feed("+OK\r\n");
  EXPECT_FALSE(reader.next());
}

TEST(RedisReply, a_length_beyond_the_bound_is_refused_before_its_bytes_come) {
  EXPECT_FALSE(read("$67108865\r\n"));
  EXPECT_FALSE(read("*1000001\r\n"));
  EXPECT_FALSE(read("*2\r\n$6\r\nabcdef\r\n$6\r\n", {.most_bytes = 10}));
  EXPECT_FALSE(read("*1\r\n*1\r\n*1\r\n", {.deepest = 2}));
  EXPECT_FALSE(read("+" + std::string(70'000, 'x')));
}

TEST(RedisReply, a_command_holds_any_bytes) {
  using namespace std::string_literals;
  const std::vector<std::string> words{"SET", "k\0\r\n"s, ""};
  EXPECT_EQ(redis_command(words), "*3\r\n$3\r\nSET\r\n$4\r\nk\0\r\n\r\n$0\r\n\r\n"s);
}

}  // namespace
}  // namespace cw::platform
