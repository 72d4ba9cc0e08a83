#pragma once

// Parts of the JSON contract that a measurement and a live run share.

#include <vector>

#include "formats/json_writer.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

// One object {from, rtt_ms, icmp_type, icmp_code, …}. What a TCP segment answered has `tcp_flags`, and null for
// the type and code of ICMP.
void write_reply(JsonWriter& json, const Reply& reply);

// The array [{label, tc, bottom, ttl}, …].
void write_mpls(JsonWriter& json, const std::vector<MplsLabel>& labels);

}  // namespace cw::formats
