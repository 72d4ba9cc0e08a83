#pragma once

// The parts of reading scamper's JSON, one for each type of result. Only they include this.

#include <optional>
#include <string_view>

#include "formats/json_reading.hpp"
#include "formats/scamper_json.hpp"

namespace cw::formats {

void read_scamper_trace(JsonMembers& json, ScamperRecord& record);
void read_scamper_ping(JsonMembers& json, ScamperRecord& record);
void read_scamper_tracelb(JsonMembers& json, ScamperRecord& record);

// ---- what they share

// {"sec":…, "usec":…}
std::optional<Instant> scamper_instant(JsonMembers& json, std::string_view name);
// A negative one counts as nothing.
Duration scamper_rtt(JsonMembers& json);
// Type and code, TCP flags, what the reply quotes; not from whom, when and to which attempt.
void read_scamper_answer(JsonMembers& json, std::uint8_t tos, Reply& reply);
// `method`, and `dport` where it has one.
void read_scamper_method(JsonMembers& json, Measurement& measurement);
// The source port as the flow that our own probes would have it of.
std::uint16_t flow_of_source_port(std::uint16_t port);

}  // namespace cw::formats
