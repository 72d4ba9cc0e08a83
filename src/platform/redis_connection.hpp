#pragma once

// A connection to a Redis 7 server that is made at the first use and made again after a failure. Nothing waits longer
// than its options say: while the server is away, commands fail at once with the reason of the last attempt.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "platform/reconnect_pace.hpp"
#include "platform/redis_reply.hpp"
#include "platform/server_stream.hpp"

namespace cw::platform {

struct RedisOptions {
  ServerAddress server{.host = "127.0.0.1", .port = 6379};
  int database = 0;
  std::string user;      // of the access control list; empty: "default"
  std::string password;  // empty: none is sent
  Duration connect_timeout = std::chrono::seconds(2);
  Duration command_timeout = std::chrono::seconds(5);
  Duration first_pause = std::chrono::milliseconds(50);  // before a server that was away is tried again
  Duration longest_pause = std::chrono::seconds(2);
  std::uint64_t seed = 0;  // of the pauses
};

// "redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]", "rediss://…" for TLS; percent-encoded where a part needs it.
Result<RedisOptions> parse_redis_url(std::string_view url);

// What an error reply means: `unavailable` for a server that is loading, read-only or refuses who asks, `exhausted`
// for one without memory or disk, `not_found` for a script it does not know, `internal` for the rest.
Error redis_error(const RedisReply& reply);

class RedisConnection {
 public:
  using Command = std::vector<std::string>;

  explicit RedisConnection(RedisOptions options);

  // The reply to each command, errors among them, in one round trip. A failure is `unavailable`; then nobody knows
  // which of the commands were done.
  Result<std::vector<RedisReply>> exchange(std::span<const Command> commands);
  // The reply to one, an error reply as an Error.
  Result<RedisReply> command(const Command& command);

  // "127.0.0.1 port 6379"
  [[nodiscard]] std::string where() const;

 private:
  struct Open {
    ServerStream stream;
    RedisReplyReader reader;
  };

  Result<> be_connected();
  Result<Open> connect();
  Result<> greet(Open& open, Deadline until);
  static Result<std::vector<RedisReply>> ask(Open& open, std::span<const Command> commands, Deadline until);

  RedisOptions options_;
  std::optional<Open> open_;
  ReconnectPace pace_;
  Error last_error_;
};

}  // namespace cw::platform
