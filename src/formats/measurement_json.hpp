#pragma once

// The JSON contract of a measurement: one line of `cyberwatch trace|ping|mtr --json` and the body of
// GET /api/v1/measurements/{id}. Times RFC 3339, rtt_ms with microsecond resolution, addresses canonical.

#include <optional>
#include <string>

#include "model/as_path.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

// One object without a line break. A trace has `hops`; an mtr has `hops` with sent, received, loss, last_ms,
// best_ms, avg_ms, worst_ms, stdev_ms and jitter_ms besides; a ping has sent, received, loss, `rtt_ms` {min,
// avg, median, max, stdev} and `replies`. Loss is a fraction of 1. With an AS path each hop has `asn` and
// `ownership` {rule, confidence}, and the whole has `as_path` [{asn, name, gap}] and `as_links` [{from, to,
// from_ttl, to_ttl}].
std::string to_json(const Measurement& measurement, const std::optional<AsPath>& as_path = std::nullopt);

}  // namespace cw::formats
