#include "platform/redis_reply.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/text.hpp"

namespace cw::platform {
namespace {

// A line is a type, a number or a short text; only texts with a length are long.
constexpr std::size_t kMostLine = 64UL << 10;
constexpr std::string_view kLineEnd = "\r\n";

std::unexpected<Error> no_redis(std::string_view what) {
  return fail(ErrorKind::invalid, fmt::format("what answers is no Redis, or is broken: {}", what));
}

}  // namespace

void RedisReplyReader::feed(std::string_view bytes) {
  if (!fault_) buffer_.append(bytes);
}

Result<std::optional<RedisReply>> RedisReplyReader::next() {
  if (fault_) return std::unexpected(*fault_);
  for (;;) {
    const auto taken = step();
    if (!taken) {
      fault_ = taken.error();
      buffer_.clear();
      return std::unexpected(*fault_);
    }
    if (*taken == Step::again) continue;
    forget_read();
    if (*taken == Step::wait) return std::nullopt;
    bytes_ = items_ = 0;
    return std::exchange(done_, std::nullopt);
  }
}

// Reads one value, or the length of one.
Result<RedisReplyReader::Step> RedisReplyReader::step() {
  if (text_length_) return read_text(*text_length_);
  const auto end = buffer_.find(kLineEnd, at_);
  const auto length = (end == std::string::npos ? buffer_.size() : end) - at_;
  if (length > kMostLine) return no_redis("a line without end");
  if (end == std::string::npos) return Step::wait;
  const auto line = std::string_view(buffer_).substr(at_, length);
  at_ = end + kLineEnd.size();
  if (line.empty()) return no_redis("an empty line");
  const auto rest = line.substr(1);
  if (line.front() == '+') return close({.type = RedisReply::Type::text, .text = std::string(rest)});
  if (line.front() == '-') return close({.type = RedisReply::Type::error, .text = std::string(rest)});
  const auto number = parse_number<std::int64_t>(rest);
  if (!number) return no_redis(fmt::format("\"{}\"", printable(line, 40)));
  if (line.front() == ':') return close({.type = RedisReply::Type::integer, .integer = *number});
  if (line.front() == '$') return read_text(*number);
  if (line.front() == '*') return open_list(*number);
  return no_redis(fmt::format("\"{}\"", printable(line, 40)));
}

// The length -1 means nothing.
Result<RedisReplyReader::Step> RedisReplyReader::read_text(std::int64_t length) {
  if (length == -1) return close({});
  if (length < 0) return no_redis("a negative length");
  const auto wanted = static_cast<std::size_t>(length);
  if (wanted > limits_.most_bytes - bytes_)
    return fail(ErrorKind::invalid, fmt::format("a reply of Redis is longer than {} bytes", limits_.most_bytes));
  text_length_ = length;
  if (buffer_.size() - at_ < wanted + kLineEnd.size()) return Step::wait;
  if (std::string_view(buffer_).substr(at_ + wanted, kLineEnd.size()) != kLineEnd) return no_redis("a text too long");
  RedisReply reply{.type = RedisReply::Type::text, .text = buffer_.substr(at_, wanted)};
  at_ += wanted + kLineEnd.size();
  bytes_ += wanted;
  text_length_.reset();
  return close(std::move(reply));
}

Result<RedisReplyReader::Step> RedisReplyReader::open_list(std::int64_t length) {
  if (length == -1) return close({});
  if (length < 0) return no_redis("a negative length");
  const auto wanted = static_cast<std::size_t>(length);
  if (wanted > limits_.most_items - items_ || open_.size() >= limits_.deepest)
    return fail(ErrorKind::invalid, fmt::format("a reply of Redis has more than {} items", limits_.most_items));
  items_ += wanted;
  RedisReply reply{.type = RedisReply::Type::list};
  if (wanted == 0) return close(std::move(reply));
  open_.push_back({.reply = std::move(reply), .missing = wanted});
  return Step::again;
}

// Puts a whole value into the list it belongs to, which may make that whole too.
RedisReplyReader::Step RedisReplyReader::close(RedisReply reply) {
  while (!open_.empty()) {
    auto& list = open_.back();
    list.reply.items.push_back(std::move(reply));
    if (--list.missing > 0) return Step::again;
    reply = std::move(list.reply);
    open_.pop_back();
  }
  done_ = std::move(reply);
  return Step::finished;
}

void RedisReplyReader::forget_read() {
  buffer_.erase(0, at_);
  at_ = 0;
}

std::string redis_command(std::span<const std::string> words) {
  auto bytes = fmt::format("*{}\r\n", words.size());
  for (const auto& word : words) {
    bytes += fmt::format("${}\r\n", word.size());
    bytes += word;
    bytes += kLineEnd;
  }
  return bytes;
}

}  // namespace cw::platform
