#pragma once

// The rules of a trace that need nothing but answers: where a destination may be, what is a loop, what is the end.

#include <optional>

#include "codec/icmp.hpp"
#include "core/ip_address.hpp"
#include "model/measurement.hpp"
#include "ports/probe/native/reply_log.hpp"
#include "ports/probe/native/task.hpp"

namespace cw::probe {

// How far the destination is by its answer to a probe of that TTL; a guess, as the way back may be longer.
std::optional<int> guess_distance(const Answer& answer);

// The TTL that closes a loop. An address that answers again, with another one in between, is a "cycle" of
// Augustin et al. (IMC 2006, section 4.2); per-packet balancing makes single ones, so it takes two, as in
// A B A B. Repeats of the destination, and of an address at neighbouring TTLs, are none.
std::optional<int> find_loop(const ReplyLog& log, int first, int last, const IpAddress& destination);

// Why an answer ends a trace short of its destination; nothing where it does not.
std::optional<StopReason> unreachable_reason(codec::IcmpMessage message);

}  // namespace cw::probe
