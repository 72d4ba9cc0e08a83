#pragma once

// Results of RIPE Atlas (data structure of firmware 5000 and above), with the platform's names: msm_id, prb_id,
// timestamp. What is ours and Atlas has no place for goes into one member `cyberwatch` {id, vantage, prober}, which
// its readers ignore.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "formats/export_context.hpp"
#include "model/measurement.hpp"

namespace cw::formats {

// 1. A trace becomes a `traceroute`, a ping a `ping`; Atlas has no mtr.
// 2. A probe without an answer in time is {"x":"*"}. A late reply stands after it with `late` and without its
//    RTT, as the format has it; a duplicate stands after the answer it repeats.
// 3. A hop that was not probed (inferred, or between the last silent one and a last probe at 255) is left out.
// 4. `err` has a letter where Atlas has one, the code otherwise. The destination's "port unreachable" is how UDP
//    arrives, and no error. A TCP segment has `flags`.
// 5. Not known and written as Atlas writes it: `from` and `src_addr` "", `lts` -1, `size` 0.
Result<std::string> to_atlas_json(const Measurement& measurement, const ExportContext& context);

// One result object, of any firmware that writes structured results (4460 and above).
// 1. The last hop decides: a reply of dst_addr with an RTT is success; an `err` is unreachable; else it is silent.
// 2. Hops that the probe left out are there as silent ones, so that every TTL has its place; an unanswered last probe
//    at hop 255 is dropped.
// 3. ICMP types are those that the probe must have seen: Atlas keeps only `err`.
// 4. Without a `cyberwatch` member the id is made of the time and the text: importing twice stores once.
Result<Measurement> measurement_from_atlas_json(std::string_view text);

}  // namespace cw::formats
