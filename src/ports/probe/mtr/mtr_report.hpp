#pragma once

// What `mtr --raw` prints: a line for every probe and every answer. Its JSON report has only sums of each hop, from
// which no single answer can be had back, and no MPLS labels; so it is the raw form that is read.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/measurement.hpp"

namespace cw::probe {

// One "x" line with its "p" line.
struct MtrProbe {
  Ttl ttl;
  int round = 1;
  std::optional<IpAddress> from;  // nothing: no answer
  Duration rtt{};
  std::vector<MplsLabel> mpls;
};

// "x TTL SEQUENCE" sent, "h TTL ADDRESS" a new address at that TTL, "m TTL LABEL TC BOTTOM TTL" its labels,
// "p TTL MICROSECONDS SEQUENCE" an answer; TTLs count from 0 there, and "d TTL NAME" is a name that nobody asked for.
//
// 1. A probe with a TTL not above the one before it begins a new round.
// 2. An answer is from the address that was announced last for its TTL: where several routers take turns, mtr
//    announces each only once, so later answers of theirs are told as the last one's, as mtr's own table does.
// `invalid` for any other line and for answers to what was not sent or by nobody.
Result<std::vector<MtrProbe>> parse_mtr_raw(std::string_view text);

}  // namespace cw::probe
