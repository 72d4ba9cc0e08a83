#pragma once

// The words of Redis on the wire, RESP version 2 (Redis serialization protocol specification): commands as bytes, and
// a reader of replies. Its bounds are said beforehand: nothing is allocated because a length field says so.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace cw::platform {

struct RedisReply {
  enum class Type : std::uint8_t { nothing, text, integer, list, error };
  Type type = Type::nothing;
  std::string text;  // of a text; of an error its words, which begin with its code: "NOAUTH …"
  std::int64_t integer = 0;
  std::vector<RedisReply> items;
  friend bool operator==(const RedisReply&, const RedisReply&) = default;
};

struct RedisReplyLimits {
  std::size_t most_bytes = 64UL << 20;  // of all texts of one reply
  std::size_t most_items = 1'000'000;   // of all lists of one reply
  std::size_t deepest = 8;              // lists in lists
};

// Takes bytes as they come and gives whole replies.
class RedisReplyReader {
 public:
  explicit RedisReplyReader(const RedisReplyLimits& limits = {}) : limits_(limits) {}

  void feed(std::string_view bytes);
  // The next reply, or nothing while it is not all there. `invalid` for what is no RESP or is beyond the limits; from
  // then on for ever, as nobody knows where the next reply begins.
  Result<std::optional<RedisReply>> next();

 private:
  struct OpenList {
    RedisReply reply;
    std::size_t missing = 0;
  };
  enum class Step : std::uint8_t { again, finished, wait };

  Result<Step> step();
  Result<Step> read_text(std::int64_t length);
  Result<Step> open_list(std::int64_t length);
  Step close(RedisReply reply);
  void forget_read();

  RedisReplyLimits limits_;
  std::string buffer_;
  std::size_t at_ = 0;                       // the first byte that is not read yet
  std::optional<std::int64_t> text_length_;  // of a text whose length was read
  std::vector<OpenList> open_;
  std::optional<RedisReply> done_;
  std::size_t bytes_ = 0;
  std::size_t items_ = 0;
  std::optional<Error> fault_;
};

// A command and its arguments, each any bytes.
std::string redis_command(std::span<const std::string> words);

}  // namespace cw::platform
