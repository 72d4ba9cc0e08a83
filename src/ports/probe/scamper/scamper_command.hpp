#pragma once

// What is asked of scamper in its own words: one line on the control socket for each measurement. Options and their
// bounds as in 20211212; later versions have them too.

#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/measurement_request.hpp"

namespace cw::probe {

// 1. `unsupported`: mtr; a path's MTU, which the JSON of 20211212 does not say; a ping with more than 20 s between
//    its probes; probes of a trace more than 2 s apart.
// 2. Taken as near as scamper comes: its time to wait is whole seconds, from 1 to 10 for a trace; tracelb leaves
//    150 ms between two probes at least, and asks a silent hop and waits for a gap five times at most, without an
//    end by TTL.
// 3. Hops that others know are probed all the same.
Result<> check_for_scamper(const MeasurementRequest& request);

// TCP and multipath probes do not go through the kernel's own output.
bool needs_link_layer(const MeasurementRequest& request);

// Without the end of line. The flow is that of the native engine for the same request: the same source port or ICMP
// checksum. `user_id` comes back in the result.
std::string scamper_command(const MeasurementRequest& request, std::uint32_t user_id);

// No measurement takes longer, whatever is silent, unless scamper is stuck.
Duration scamper_time_limit(const MeasurementRequest& request);

}  // namespace cw::probe
