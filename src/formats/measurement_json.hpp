#pragma once

// The JSON contract of a measurement: one line of `cyberwatch trace|ping|mtr --json` and the body of
// GET /api/v1/measurements/{id}. Times RFC 3339, rtt_ms with microsecond resolution, addresses canonical.

#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "model/as_path.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

// One object without a line break. A trace has `hops`, each with sent and received where it is known what was
// sent; an mtr has `hops` with sent, received, loss, last_ms, best_ms, avg_ms, worst_ms, stdev_ms, jitter_ms and
// `reading` besides, and `addresses` where several answered; a ping has ttl, sent, received, loss, `rtt_ms` {min,
// avg, median, max, stdev} and `replies`. Loss is a fraction of 1. With an AS path each hop has `asn` and
// `ownership` {rule, confidence}, and the whole has `as_path` [{asn, name, gap}] and `as_links` [{from, to,
// from_ttl, to_ttl}]. Where there is something to say: `source`, `dscp`, `path_mtu`, `graph`, `notes`, `raw_output`.
std::string to_json(const Measurement& measurement, const std::optional<AsPath>& as_path = std::nullopt);

// Reads what to_json wrote, to the microsecond. Members of other names are ignored, and so are those that are
// computed from the replies (loss, times, reading, notes) and the AS path.
Result<Measurement> measurement_from_json(std::string_view text);

}  // namespace cw::formats
