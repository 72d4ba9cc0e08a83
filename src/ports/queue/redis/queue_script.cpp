#include "ports/queue/redis/queue_script.hpp"

#include <algorithm>

namespace cw::queue {

// Made at build time from ports/queue/redis/job_queue.lua.
std::string_view job_queue_script();

using platform::RedisReply;

// The first line says what Redis may run when: https://redis.io/docs/latest/develop/interact/programmability
QueueScript::QueueScript(platform::RedisOptions server, std::string prefix)
    : connection_(std::move(server)),
      prefix_(std::move(prefix)),
      growing_{.text = "#!lua\n" + std::string(job_queue_script()), .hash = {}},
      other_{.text = "#!lua flags=allow-oom\n" + std::string(job_queue_script()), .hash = {}} {}

Result<RedisReply> QueueScript::call(const Call& call, Growth growth) {
  auto replies = TRY(call_all({&call, 1}, growth));
  if (replies.front().type == RedisReply::Type::error) return std::unexpected(platform::redis_error(replies.front()));
  return std::move(replies.front());
}

Result<std::vector<RedisReply>> QueueScript::call_all(std::span<const Call> calls, Growth growth) {
  auto& variant = growth == Growth::grows ? growing_ : other_;
  if (variant.hash.empty()) TRY(load(variant));
  std::vector<platform::RedisConnection::Command> commands;
  for (const auto& call : calls) {
    commands.push_back({"EVALSHA", variant.hash, "0", prefix_});
    commands.back().insert(commands.back().end(), call.begin(), call.end());
  }
  auto replies = TRY(connection_.exchange(commands));
  // A server that has started anew knows no scripts, and has done nothing of what was asked.
  const auto is_unknown = [](const RedisReply& reply) {
    return reply.type == RedisReply::Type::error && reply.text.starts_with("NOSCRIPT");
  };
  if (!std::ranges::all_of(replies, is_unknown)) return replies;
  TRY(load(variant));
  return connection_.exchange(commands);
}

Result<> QueueScript::load(Variant& variant) {
  variant.hash = TRY(connection_.command({"SCRIPT", "LOAD", variant.text})).text;
  return {};
}

}  // namespace cw::queue
