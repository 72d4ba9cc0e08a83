#include "platform/redis_connection.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <thread>

#include "platform/file_descriptor.hpp"

namespace cw::platform {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kHello = "*4\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n+OK\r\n";

// A server on loopback that answers by heart: for each connection the answers to what comes, one after the other. After
// the last it closes; an empty answer is silence until the client goes.
class ServerByHeart {
 public:
  explicit ServerByHeart(std::vector<std::vector<std::string>> connections) : connections_(std::move(connections)) {
    listener_ = FileDescriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_.get(), 8), 0);
    EXPECT_EQ(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  ~ServerByHeart() { ::shutdown(listener_.get(), SHUT_RDWR); }

  // Patient enough for any machine; who waits for silence says for how long.
  [[nodiscard]] RedisOptions options(Duration patience = std::chrono::minutes(1)) const {
    return {.server = {.host = "127.0.0.1", .port = port_},
            .connect_timeout = patience,
            .command_timeout = patience,
            .first_pause = milliseconds(0)};
  }
  // What clients said; only after they have been answered.
  std::string heard() {
    thread_.join();
    return heard_;
  }

 private:
  void serve() {
    for (const auto& answers : connections_) {
      const FileDescriptor client(::accept(listener_.get(), nullptr, nullptr));
      for (const auto& answer : answers) {
        char bytes[4096];
        const auto size = ::recv(client.get(), bytes, sizeof bytes, 0);
        if (size <= 0) break;
        heard_.append(bytes, static_cast<std::size_t>(size));
        if (!answer.empty()) ::send(client.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
        while (answer.empty() && ::recv(client.get(), bytes, sizeof bytes, 0) > 0) continue;
      }
    }
  }

  std::vector<std::vector<std::string>> connections_;
  FileDescriptor listener_;
  std::uint16_t port_ = 0;
  std::string heard_;
  std::jthread thread_;
};

TEST(RedisConnection, it_says_who_asks_and_chooses_its_database) {
  ServerByHeart server({{std::string(kHello), ":7\r\n"}});
  auto options = server.options();
  options.user = "node";
  options.password = "secret";
  options.database = 3;
  {
    RedisConnection connection(options);
    const auto reply = connection.command({"INCR", "a b"});
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_EQ(reply->integer, 7);
  }
  EXPECT_EQ(server.heard(),
            "*5\r\n$5\r\nHELLO\r\n$1\r\n2\r\n$4\r\nAUTH\r\n$4\r\nnode\r\n$6\r\nsecret\r\n"
            "*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n*2\r\n$4\r\nINCR\r\n$3\r\na b\r\n");
}

TEST(RedisConnection, several_commands_go_in_one_round_trip_and_their_errors_stand_among_the_replies) {
  ServerByHeart server({{std::string(kHello), "+OK\r\n-ERR no\r\n:1\r\n"}});
  RedisConnection connection(server.options());
  const std::vector<RedisConnection::Command> commands{{"A"}, {"B"}, {"C"}};
  const auto replies = connection.exchange(commands);
  ASSERT_TRUE(replies) << replies.error().message;
  ASSERT_EQ(replies->size(), 3u);
  EXPECT_EQ((*replies)[1].type, RedisReply::Type::error);
  EXPECT_EQ((*replies)[2].integer, 1);
}

Error error_after(std::vector<std::vector<std::string>> connections) {
  const bool is_silent = std::ranges::any_of(connections, [](const auto& answers) { return answers.back().empty(); });
  ServerByHeart server(std::move(connections));
  RedisConnection connection(is_silent ? server.options(milliseconds(50)) : server.options());
  const auto reply = connection.command({"PING"});
  EXPECT_FALSE(reply);
  return reply ? Error{} : reply.error();
}

TEST(RedisConnection, whatever_is_wrong_with_the_server_is_unavailable_and_says_what) {
  const std::string hello(kHello);
  for (const auto& [answers, words] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{""}, "does not answer in time"},
           {{hello, ""}, "does not answer in time"},
           {{hello, "+HAL"}, "the connection was closed"},
           {{"HTTP/1.1 400 Bad Request\r\n\r\n"}, "what answers is no Redis"},
           {{"-ERR unknown command `HELLO`\r\n-NOAUTH\r\n"}, "too old"},
           {{"*2\r\n$7\r\nversion\r\n$6\r\n6.2.16\r\n+OK\r\n"}, "Redis 6.2.16 is too old"},
           {{"-WRONGPASS invalid username-password pair\r\n-NOAUTH\r\n"}, "WRONGPASS"},
           {{"-NOAUTH HELLO must be called with the client already authenticated\r\n-NOAUTH\r\n"}, "NOAUTH"},
           {{hello, "-LOADING Redis is loading the dataset in memory\r\n"}, "LOADING"}}) {
    const auto error = error_after({answers});
    EXPECT_EQ(error.kind, ErrorKind::unavailable) << words;
    EXPECT_NE(error.message.find(words), std::string::npos) << error.message;
  }
  EXPECT_EQ(error_after({{hello, "-OOM command not allowed\r\n"}}).kind, ErrorKind::exhausted);
}

TEST(RedisConnection, it_connects_again_after_a_failure) {
  ServerByHeart server({{std::string(kHello), "+HAL"}, {std::string(kHello), "+PONG\r\n"}});
  RedisConnection connection(server.options());
  EXPECT_EQ(connection.command({"PING"}).error().kind, ErrorKind::unavailable);
  const auto reply = connection.command({"PING"});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->text, "PONG");
}

TEST(RedisConnection, a_server_that_is_away_is_not_tried_again_before_its_pause_is_over) {
  std::uint16_t port = 0;
  {
    const ServerByHeart server({{}});
    port = server.options().server.port;
  }
  RedisConnection connection({.server = {.host = "127.0.0.1", .port = port},
                              .first_pause = std::chrono::hours(1),
                              .longest_pause = std::chrono::hours(1)});
  const auto refused = connection.command({"PING"});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("Connection refused"), std::string::npos) << refused.error().message;
  EXPECT_EQ(connection.command({"PING"}).error().message, refused.error().message);
}

TEST(RedisConnection, a_server_without_tls_is_no_server_with_tls) {
  ServerByHeart server({{"-ERR unknown command\r\n"}});
  auto options = server.options();
  options.server.tls = TlsFiles{};
  RedisConnection connection(options);
  const auto reply = connection.command({"PING"});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::unavailable);
  EXPECT_NE(reply.error().message.find("TLS"), std::string::npos) << reply.error().message;
}

TEST(RedisUrl, its_parts_are_read) {
  const auto plain = parse_redis_url("redis://cache.example.net");
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(plain->server.host, "cache.example.net");
  EXPECT_EQ(plain->server.port, 6379);
  EXPECT_EQ(plain->database, 0);
  EXPECT_FALSE(plain->server.tls);
  const auto full = parse_redis_url("rediss://node:p%40ss%2Fword@[2001:db8::1]:6380/15");
  ASSERT_TRUE(full) << full.error().message;
  EXPECT_EQ(full->user, "node");
  EXPECT_EQ(full->password, "p@ss/word");
  EXPECT_EQ(full->server.host, "2001:db8::1");
  EXPECT_EQ(full->server.port, 6380);
  EXPECT_EQ(full->database, 15);
  EXPECT_TRUE(full->server.tls);
  EXPECT_EQ(parse_redis_url("redis://:secret@127.0.0.1/")->password, "secret");
}

TEST(RedisUrl, what_is_none_is_refused_and_never_repeated) {
  for (const auto* wrong :
       {"", "http://127.0.0.1", "redis://", "redis://:6379", "redis://a b", "redis://127.0.0.1:0",
        "redis://127.0.0.1:65536", "redis://127.0.0.1:x", "redis://127.0.0.1/x", "redis://127.0.0.1/-1", "redis://[::1",
        "redis://[::1]x", "redis://a%4:secret@127.0.0.1", "redis://u:secret@127.0.0.1:0"}) {
    const auto options = parse_redis_url(wrong);
    ASSERT_FALSE(options) << wrong;
    EXPECT_EQ(options.error().kind, ErrorKind::invalid);
    EXPECT_EQ(options.error().message.find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace cw::platform
