#pragma once

// A survey's file: one JSON object a line for every reply, in the order of arrival, so that it can be cut, sorted
// and joined with ordinary tools; and beside it the state that a later run goes on from.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "ports/probe/survey/survey.hpp"

namespace cw::probe {

// {"destination":"192.0.2.9","ttl":3,"from":"198.51.100.1","rtt_ms":12.345,"icmp_type":11,"icmp_code":0,
//  "reply_ttl":62,"quoted_ttl":1}, with "mpls", "quoted_tos" and "tcp_flags" (then type and code are null) as in a
//  trace, and "verified":false where no cookie came back.
std::string to_json(const SurveyReply& reply);
// What a later run needs of such a line: destination, TTL, sender, ICMP type and code or TCP flags, TTLs. `invalid`
// otherwise.
Result<SurveyReply> survey_reply_from_json(std::string_view line);

// {"shared_hop":{"ttl":1,"from":"192.0.2.1"}}: from then on only every sixteenth destination was asked for it.
std::string to_json(const SharedHop& hop);

struct SurveyState {
  std::uint64_t fingerprint = 0;  // of the plan
  std::uint64_t seed = 0;
  std::uint64_t position = 0;
  std::uint64_t bytes = 0;  // of the replies that belong to it
  friend bool operator==(const SurveyState&, const SurveyState&) = default;
};

std::string to_json(const SurveyState& state);
Result<SurveyState> survey_state_from_json(std::string_view text);

}  // namespace cw::probe
