#pragma once

// The operations of job_queue.lua, called on a server: by the hash of the script, with its text where the server does
// not know it (yet, or after a restart).

#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "platform/redis_connection.hpp"

namespace cw::queue {

// Whether an operation makes the queue longer: such a one is refused by a server that is short of memory, before it
// does anything. The others must go on even then, or the queue would never get shorter.
enum class Growth : std::uint8_t { none, grows };

class QueueScript {
 public:
  // All keys begin with the prefix and a colon.
  QueueScript(platform::RedisOptions server, std::string prefix);

  using Call = std::vector<std::string>;  // the operation and its arguments

  Result<platform::RedisReply> call(const Call& call, Growth growth = Growth::none);
  // In one round trip and in that order. What the server refuses is an error reply among the others.
  Result<std::vector<platform::RedisReply>> call_all(std::span<const Call> calls, Growth growth = Growth::none);

 private:
  struct Variant {
    std::string text;
    std::string hash;  // as the server gave it; empty until then
  };

  Result<> load(Variant& variant);

  platform::RedisConnection connection_;
  std::string prefix_;
  Variant growing_;
  Variant other_;
};

}  // namespace cw::queue
