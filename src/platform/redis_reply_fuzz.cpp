// What may come from something that was taken for a Redis: reading it never crashes and keeps to its bounds, and gives
// the same replies however the bytes are cut. The first byte of the input says where.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "platform/redis_reply.hpp"

namespace {

using cw::platform::RedisReply;
using cw::platform::RedisReplyReader;

constexpr cw::platform::RedisReplyLimits kLimits{.most_bytes = 4096, .most_items = 256, .deepest = 4};

struct Outcome {
  std::vector<RedisReply> replies;
  bool failed = false;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::size_t count_items(const RedisReply& reply) {
  auto items = reply.items.size();
  for (const auto& item : reply.items) items += count_items(item);
  return items;
}

Outcome read_in_pieces(std::string_view bytes, std::size_t piece) {
  RedisReplyReader reader(kLimits);
  Outcome outcome;
  while (!bytes.empty() && !outcome.failed) {
    reader.feed(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    for (;;) {
      auto reply = reader.next();
      outcome.failed = !reply;
      if (!reply || !*reply) break;
      outcome.replies.push_back(**std::move(reply));
    }
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = read_in_pieces(bytes, bytes.size());
  for (const auto& reply : whole.replies)
    if (count_items(reply) > kLimits.most_items) std::abort();
  if (read_in_pieces(bytes, 1 + data[0] % 16) != whole) std::abort();
  return 0;
}
