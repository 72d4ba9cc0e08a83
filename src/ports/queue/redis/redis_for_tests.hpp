#pragma once

// The Redis server that the tests may use: CW_TEST_REDIS names it, such as redis://127.0.0.1:6379/15. Every queue gets
// keys of its own, which go with it. Only tests include this.

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/redis_connection.hpp"

namespace cw::queue {

inline std::string environment(const char* name) {
  const char* value = ::getenv(name);
  return value == nullptr ? "" : value;
}

inline std::optional<platform::RedisOptions> redis_for_tests() {
  const auto url = environment("CW_TEST_REDIS");
  if (url.empty()) return std::nullopt;
  auto options = platform::parse_redis_url(url).value();
  if (options.server.tls) options.server.tls->ca = environment("CW_TEST_REDIS_CA");
  return options;
}

class RedisKeys {
 public:
  explicit RedisKeys(const platform::RedisOptions& options) : connection_(options) {
    static std::atomic<int> count = 0;
    prefix_ = fmt::format("cw-test-{}-{}", ::getpid(), ++count);
  }
  RedisKeys(const RedisKeys&) = delete;
  RedisKeys& operator=(const RedisKeys&) = delete;
  ~RedisKeys() {
    for (const auto& key : keys()) (void)connection_.command({"DEL", key});
  }

  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  // By hand, as others would: `key` without the prefix.
  platform::RedisReply run(std::string_view command, std::string_view key, std::vector<std::string> arguments = {}) {
    platform::RedisConnection::Command words{std::string(command), fmt::format("{}:{}", prefix_, key)};
    words.insert(words.end(), arguments.begin(), arguments.end());
    return connection_.command(words).value();
  }
  std::vector<std::string> keys() {
    std::vector<std::string> keys;
    for (const auto& key : connection_.command({"KEYS", prefix_ + ":*"}).value_or(platform::RedisReply{}).items)
      keys.push_back(key.text);
    return keys;
  }

 private:
  platform::RedisConnection connection_;
  std::string prefix_;
};

}  // namespace cw::queue
