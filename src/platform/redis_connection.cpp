#include "platform/redis_connection.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/text.hpp"

namespace cw::platform {
namespace {

constexpr std::size_t kRead = 64UL << 10;
constexpr int kLeastVersion = 7;

bool begins_with_any(std::string_view text, std::span<const std::string_view> codes) {
  for (const auto code : codes)
    if (text.starts_with(code)) return true;
  return false;
}

// The value of a name in the list of names and values that HELLO answers.
std::string value_of(const RedisReply& reply, std::string_view name) {
  for (std::size_t i = 0; i + 1 < reply.items.size(); i += 2)
    if (reply.items[i].text == name) return reply.items[i + 1].text;
  return "";
}

Result<> check_version(const std::string& version) {
  const auto major = parse_number<int>(std::string_view(version).substr(0, version.find('.')));
  if (major && *major >= kLeastVersion) return {};
  return fail(ErrorKind::unavailable,
              fmt::format("Redis {} is too old: version {} or later is needed", printable(version, 20), kLeastVersion));
}

}  // namespace

// What the server says goes to people on one line; a password is never in it.
Error redis_error(const RedisReply& reply) {
  static constexpr std::array<std::string_view, 2> exhausted{"OOM", "MISCONF"};
  static constexpr std::array<std::string_view, 10> away{"LOADING",     "READONLY",   "NOAUTH", "WRONGPASS",
                                                         "NOPERM",      "MASTERDOWN", "BUSY",   "NOREPLICAS",
                                                         "CLUSTERDOWN", "DENIED"};
  const auto kind = begins_with_any(reply.text, exhausted) ? ErrorKind::exhausted
                    : begins_with_any(reply.text, away)    ? ErrorKind::unavailable
                    : reply.text.starts_with("NOSCRIPT")   ? ErrorKind::not_found
                                                           : ErrorKind::internal;
  return {kind, fmt::format("Redis says: {}", printable(reply.text, 300))};
}

RedisConnection::RedisConnection(RedisOptions options)
    : options_(std::move(options)), pace_(options_.first_pause, options_.longest_pause, options_.seed) {}

std::string RedisConnection::where() const {
  return fmt::format("{} port {}", options_.server.host, options_.server.port);
}

Result<RedisReply> RedisConnection::command(const Command& command) {
  auto replies = TRY(exchange({&command, 1}));
  if (replies.front().type == RedisReply::Type::error) return std::unexpected(redis_error(replies.front()));
  return std::move(replies.front());
}

Result<std::vector<RedisReply>> RedisConnection::exchange(std::span<const Command> commands) {
  TRY(be_connected());
  const auto until = std::chrono::steady_clock::now() + options_.command_timeout;
  auto replies = ask(*open_, commands, until);
  if (replies) return replies;
  // What comes on this connection from now on could be taken for the reply to another command.
  open_.reset();
  return fail(ErrorKind::unavailable, fmt::format("Redis at {}: {}", where(), replies.error().message));
}

// A connection that the server has closed meanwhile is noticed before anything is asked on it: a command that was
// never sent may be sent again, one that was may not.
Result<> RedisConnection::be_connected() {
  if (open_ && !open_->stream.is_quiet()) open_.reset();
  if (open_) return {};
  if (!pace_.may_try(std::chrono::steady_clock::now())) return std::unexpected(last_error_);
  auto opened = connect();
  if (opened) {
    open_ = *std::move(opened);
    pace_.succeeded();
    return {};
  }
  pace_.failed(std::chrono::steady_clock::now());
  last_error_ = {ErrorKind::unavailable, fmt::format("Redis at {}", opened.error().message)};
  return std::unexpected(last_error_);
}

Result<RedisConnection::Open> RedisConnection::connect() {
  const auto until = std::chrono::steady_clock::now() + options_.connect_timeout;
  Open open{.stream = TRY(ServerStream::open(options_.server, until)), .reader = RedisReplyReader()};
  if (const auto greeted = greet(open, until); !greeted) return fail(where(), greeted.error());
  return open;
}

// HELLO says the version (Redis 6 and later), and who asks in the same round trip.
Result<> RedisConnection::greet(Open& open, Deadline until) {
  Command hello{"HELLO", "2"};
  if (!options_.password.empty())
    hello.insert(hello.end(), {"AUTH", options_.user.empty() ? "default" : options_.user, options_.password});
  const std::vector<Command> commands{hello, {"SELECT", fmt::format("{}", options_.database)}};
  const auto replies = TRY(ask(open, commands, until));
  const auto& greeting = replies.front();
  if (greeting.text.starts_with("ERR unknown command")) return check_version("5 or earlier");
  for (const auto& reply : replies)
    if (reply.type == RedisReply::Type::error) return std::unexpected(redis_error(reply));
  return check_version(value_of(greeting, "version"));
}

Result<std::vector<RedisReply>> RedisConnection::ask(Open& open, std::span<const Command> commands, Deadline until) {
  std::string bytes;
  for (const auto& command : commands) bytes += redis_command(command);
  TRY(open.stream.write(bytes, until));
  std::vector<RedisReply> replies;
  std::array<char, kRead> piece{};
  while (replies.size() < commands.size()) {
    if (auto reply = TRY(open.reader.next())) {
      replies.push_back(*std::move(reply));
      continue;
    }
    const auto size = TRY(open.stream.read(piece, until));
    open.reader.feed({piece.data(), size});
  }
  return replies;
}

}  // namespace cw::platform
