#pragma once

// What scamper writes with `-O json`, what `sc_warts2json` makes of a warts file, and what its control socket answers
// after `attach format json`: one JSON object a line, of type trace, ping or tracelb, between lines that begin and end
// a cycle. Versions from 20211212 (Debian 12) on; the differences are handled by what is there, not by version.
//
//   stop_reason             status       stop reason
//   COMPLETED               reached      destination
//   UNREACH, ICMP           unreachable  by the ICMP type and code of the last hop's reply
//   LOOP                    loop         loop
//   GAPLIMIT                silent       gap_limit
//   HOPLIMIT, GSS           silent       max_ttl
//   NONE, ERROR, HALTED     failed       error
//
// Above the table stands: whatever the target itself answers, the probe has arrived there.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

// Whether the measurement went its whole way.
enum class ScamperState : std::uint8_t { finished, halted, in_progress };

struct ScamperRecord {
  Measurement measurement;
  std::uint32_t user_id = 0;  // as given with -U
  ScamperState state = ScamperState::finished;
};

// One line. Nothing for what is no result: an empty line, a cycle's begin and end, the line of identifiers that M-Lab
// puts before each trace. Errors: `invalid` (no JSON, or not what the type has), `unsupported` (a type that is no
// measurement of ours, such as dealias).
//  1. Hops that nobody answered are not in the text: they are there as silent ones, from the first to the last TTL.
//     What was sent there is `no_hops` where the version writes it, and all attempts, as far as probe_count goes,
//     where it does not.
//  2. A second answer to one probe is a duplicate; one that took longer than the time to wait is late.
//  3. An RTT of more than half an hour is a negative one that was written without its sign (seen with 20211212, when
//     the clocks of kernel and process differ): it counts as nothing.
//  4. A tracelb's flows are its flow ids; the hops are those of the lowest. Of its first node scamper keeps no reply,
//     so that hop is an inferred one, verified when the trace began. The stopping rule was satisfied everywhere if
//     the destination was found and neither probes nor answers ran out.
//  5. Without a `cyberwatch` member the id is made of time and text, the vantage is `monitor`, and the end is that of
//     the last reply.
Result<std::optional<ScamperRecord>> read_scamper_line(std::string_view line);

// A whole text. A line that cannot be read refuses it, and is named by its number; so is one of a measurement that
// had not ended. For files of any size: read_scamper_line, line by line.
Result<std::vector<Measurement>> read_scamper_json(std::string_view text);

// One line, without its end. What is ours and scamper has no place for goes into one member `cyberwatch` {id, kind,
// vantage, target, prober, flow, finished_at}, and into `late` and `rewritten` of a reply, which others ignore. Lost on
// the way to scamper and back:
//  1. instants and RTTs below a microsecond, RTTs of more than half an hour, and the raw output;
//  2. a status that its stop reason does not tell: the answers of the destination and of who refused decide again;
//  3. inferred hops, which come back as silent ones that were not probed;
//  4. of a hop, what was sent beyond 255 attempts;
//  5. of a graph, all replies but those of the lowest flow, interfaces that no link touches, and flows that no link
//     carries; of a path's MTU, limits without a TTL of a hop.
// An mtr is written as the trace that it also is, its rounds as attempts.
std::string to_scamper_json(const Measurement& measurement);

}  // namespace cw::formats
