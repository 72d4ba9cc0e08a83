#pragma once

// The replies of a measurement as two JSON texts. `rtts` has the microseconds of every hop's answer. `detail` has
// what path and RTTs do not say, by columns, and leaves out whatever is as expected: a trace whose routers all
// answered once needs little more than the reply TTLs. RTTs are kept in whole microseconds.
//
//   {"ttl":64,                          first TTL, where the path does not say it (a ping)
//    "sent":[[2,2]],                    hop (counted from 0), probes sent; absent: 1
//    "attempts":[[1],[],[1,2]],         the attempt of every reply, hop by hop; absent: one reply, of attempt 1, from
//                                       every hop that answered. From here on replies are counted from 0 over all hops:
//    "from":[null,"192.0.2.1"],         null: the hop's address on the path (a ping: the probed address)
//    "rtt":[null,412],                  null: the hop's in `rtts`
//    "reply_ttl":[64,null],             null: unknown
//    "icmp":[[3,11,1]],                 reply, type, code; absent: "time exceeded", from the probed address what ends
//                                       a trace of that method
//    "quoted_ttl":[[3,2],[4,-1]],       reply, value, -1: unknown; absent: 1, from the probed address unknown
//    "mtu":[[3,1400]], "mpls":[[3,[24015,0,1,1]]],   reply, then label, traffic class, bottom, TTL of each entry
//    "tos":[[3,184]],                   quoted TOS, where it is not as sent
//    "tcp":[[3,18]],                    TCP flags
//    "late":[3], "duplicate":[4], "rewritten":[5],
//    "inferred":[[0,1767225600000000]]} hop (counted from 0), when it was verified, in microseconds of Unix time: its
//                                       address is the path's, nothing was sent

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "model/measurement.hpp"

namespace cw::store {

struct StoredReplies {
  std::string rtts;
  std::string detail;
};

// `invalid` when the hops are not at consecutive TTLs, or an inferred hop has replies or no path to stand on.
Result<StoredReplies> encode_replies(const Measurement& measurement);

// What the replies are read against: columns of the measurement and of its path.
struct ReplyContext {
  IpAddress address;
  Method method = Method::icmp;
  std::optional<Ttl> first_ttl;                          // of the path; nothing without one
  std::vector<std::optional<IpAddress>> path_addresses;  // empty without a path
};

// The texts may have been written by anybody: `invalid` when they are not what encode_replies makes.
Result<std::vector<Hop>> decode_replies(const ReplyContext& context, std::string_view rtts, std::string_view detail);

}  // namespace cw::store
