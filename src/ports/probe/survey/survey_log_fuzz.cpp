// A survey's file may have been torn by a crash or edited by anybody.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ports/probe/survey/survey_log.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto reply = cw::probe::survey_reply_from_json(text)) {
    const auto again = cw::probe::survey_reply_from_json(cw::probe::to_json(*reply));
    if (!again || again->destination != reply->destination || again->reply != reply->reply) std::abort();
  }
  if (const auto state = cw::probe::survey_state_from_json(text)) {
    const auto again = cw::probe::survey_state_from_json(cw::probe::to_json(*state));
    if (!again || *again != *state) std::abort();
  }
  return 0;
}
