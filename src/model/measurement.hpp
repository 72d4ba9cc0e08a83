#pragma once

// One run of one kind by one prober, with all replies: what the JSON contract calls a measurement.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ip_address.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/measurement_request.hpp"

namespace cw {

// One entry of an MPLS label stack (RFC 3032), from an ICMP extension object (RFC 4950).
struct MplsLabel {
  std::uint32_t label = 0;
  std::uint8_t traffic_class = 0;
  bool bottom = false;
  std::uint8_t ttl = 0;
  friend bool operator==(const MplsLabel&, const MplsLabel&) = default;
};

// An answer to one probe.
struct Reply {
  IpAddress from;
  Duration rtt{};
  std::uint8_t icmp_type = 0;  // as on the wire: 11 and 0 are IPv4's, 3 and 129 IPv6's
  std::uint8_t icmp_code = 0;
  std::optional<std::uint8_t> reply_ttl;   // of the packet that came back
  std::optional<std::uint8_t> quoted_ttl;  // of our probe as the router saw it
  std::optional<std::uint8_t> quoted_tos;  // of our probe as the router saw it, where it is not as we sent it
  std::optional<std::uint8_t> tcp_flags;   // of a TCP segment (RFC 9293, 3.1); then there is no ICMP type
  std::optional<std::uint16_t> next_hop_mtu;
  std::vector<MplsLabel> mpls;
  int attempt = 1;         // from 1; the round of an mtr, the number of a ping
  bool late = false;       // came after its probe was given up
  bool duplicate = false;  // its probe had an answer already
  bool rewritten = false;  // the quote is not as we sent it: addresses were translated on the way
  friend bool operator==(const Reply&, const Reply&) = default;
};

// A hop that was not asked: another trace saw it minutes ago on the way to a neighbour.
struct InferredHop {
  IpAddress from;
  Instant verified_at;
  friend bool operator==(const InferredHop&, const InferredHop&) = default;
};

// One TTL of a trace. Silent: no replies. The replies are in the order of arrival.
struct Hop {
  Ttl ttl;
  int sent = 0;  // probes sent with this TTL
  std::vector<Reply> replies;
  std::optional<InferredHop> inferred;  // then nothing was sent and there are no replies
  friend bool operator==(const Hop&, const Hop&) = default;

  // The first reply in time that counts; nullptr where there is none.
  [[nodiscard]] const Reply* answer() const;
};

enum class Status : std::uint8_t { reached, unreachable, loop, silent, failed };
enum class StopReason : std::uint8_t {
  destination,
  icmp_network_unreachable,
  icmp_host_unreachable,
  icmp_admin_prohibited,
  icmp_other,
  loop,
  gap_limit,
  max_ttl,
  error,
};

std::string_view to_string(Status status);
std::string_view to_string(StopReason reason);
Result<Status> parse_status(std::string_view text);
Result<StopReason> parse_stop_reason(std::string_view text);

// What holds larger packets back on the way.
struct MtuLimit {
  Ttl ttl;                        // of the hop that said so; 0: our own machine
  std::optional<IpAddress> from;  // nobody said so: found by trying (a black hole)
  std::uint16_t mtu = 0;          // of the link behind it
  friend bool operator==(const MtuLimit&, const MtuLimit&) = default;
};
// In bytes of the whole IP packet.
struct PathMtu {
  std::uint16_t mtu = 0;  // the largest packet that was answered for by the destination
  std::vector<MtuLimit> limits;
  friend bool operator==(const PathMtu&, const PathMtu&) = default;
};

// What a multipath trace found: interfaces, and links between them that one and the same flow crossed at
// consecutive TTLs. Sorted by TTL and address, links by their ends.
struct PathGraph {
  struct Interface {
    Ttl ttl;
    std::optional<IpAddress> address;  // nothing: flows to this TTL were not answered
    std::vector<std::uint16_t> flows;  // that came here, ascending
    friend bool operator==(const Interface&, const Interface&) = default;
  };
  struct Link {
    std::size_t from = 0;  // places in `interfaces`
    std::size_t to = 0;
    std::vector<std::uint16_t> flows;
    friend bool operator==(const Link&, const Link&) = default;
  };
  int confidence_percent = 95;
  bool complete = false;  // the stopping rule was satisfied at every hop
  std::vector<Interface> interfaces;
  std::vector<Link> links;
  std::vector<Ttl> per_packet;  // where one flow met several addresses: no link is claimed from there
  friend bool operator==(const PathGraph&, const PathGraph&) = default;
};

struct Measurement {
  Uuid id;
  Kind kind = Kind::trace;
  std::string vantage;
  std::string target;
  IpAddress address;
  std::string prober;
  Method method = Method::icmp;
  std::optional<std::uint16_t> port;
  std::uint16_t flow = 0;
  Instant started_at;
  Instant finished_at;
  Status status = Status::failed;
  StopReason stop_reason = StopReason::error;
  int probes_sent = 0;
  std::optional<IpAddress> source;  // the local address that the probes left from, where it is known
  std::uint8_t dscp = 0;
  std::optional<PathMtu> path_mtu;  // with MtuSearch::on
  std::optional<PathGraph> graph;   // with Multipath::on; the hops are those of the request's own flow
  std::string raw_output;           // with RawOutput::keep
  std::vector<Hop> hops;            // trace, mtr: every TTL from the first to the last, silent ones included
                                    // ping: one hop, its TTL the one that was sent
  friend bool operator==(const Measurement&, const Measurement&) = default;
};

// How many hops a packet has come that arrives with that TTL: systems send with 64, 128 or 255 (RFC 1700 and what they
// do), and the smallest that fits is taken. One hop for a host on our own link.
int hops_travelled(std::uint8_t ttl);

// RTT of the destination's first answer that counts, if it was reached.
std::optional<Duration> destination_rtt(const Measurement& measurement);

// The hop addresses in order, inferred ones included, silent hops absent-valued: what a path is stored as.
std::vector<std::optional<IpAddress>> path_addresses(const Measurement& measurement);

}  // namespace cw
