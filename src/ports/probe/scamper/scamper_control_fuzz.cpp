// Any bytes from a control socket. In whatever pieces they come, the messages are the same, and nothing that was not
// in the bytes is in a message.

#include "ports/probe/scamper/scamper_control.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace cw::probe;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

struct Heard {
  std::vector<ControlMessage> messages;
  bool ok = true;
};

Heard hear(std::string_view bytes, std::size_t piece) {
  ControlParser parser;
  Heard heard;
  while (!bytes.empty() && heard.ok) {
    auto messages = parser.take(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    heard.ok = messages.has_value();
    if (messages) heard.messages.insert(heard.messages.end(), messages->begin(), messages->end());
  }
  return heard;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = hear(bytes, size + 1);
  const auto single = hear(bytes, 1);
  require(whole.ok == single.ok);
  // What is said in one piece with nonsense is not heard any more; piece by piece it was.
  if (whole.ok) require(whole.messages == single.messages);
  std::size_t payload = 0;
  for (const auto& message : single.messages)
    if (const auto* result = std::get_if<ControlData>(&message)) payload += result->payload.size();
  require(payload <= size);
  return 0;
}
