#pragma once

// The graph of networks in words: a network is (:AS) in the graph database, a route is a ROUTE between two of them in
// the direction of travel, an origin is an ORIGINATE, a membership a MEMBER_OF.

#include <cstdint>
#include <optional>
#include <string>

#include "core/asn.hpp"
#include "core/prefix.hpp"
#include "core/time.hpp"

namespace cw::graph {

struct Network {
  Asn asn;
  std::string org_name;  // empty: unknown
  std::string country;   // ISO 3166-1 alpha-2; empty: unknown
  Instant first_seen;
  Instant last_seen;
  friend bool operator==(const Network&, const Network&) = default;
};

struct Origin {
  Asn asn;
  Prefix prefix;
  friend auto operator<=>(const Origin&, const Origin&) = default;
};

struct Exchange {
  std::string ixp_id;
  std::string name;
  std::string country;  // empty: unknown
  friend bool operator==(const Exchange&, const Exchange&) = default;
};

struct Membership {
  Asn asn;
  std::string ixp_id;
  friend auto operator<=>(const Membership&, const Membership&) = default;
};

// The two networks of a route, in the direction of travel.
struct RouteEnds {
  Asn from;
  Asn to;
  friend auto operator<=>(const RouteEnds&, const RouteEnds&) = default;
};

// Seen between hops of consecutive TTLs. The RTT is to the far side, in whole microseconds.
struct Route {
  RouteEnds ends;
  std::int64_t observed_count = 0;
  std::optional<Duration> min_rtt;
  std::optional<Duration> max_rtt;
  Instant first_seen;
  Instant last_seen;
  std::string ixp_id;  // the exchange it was last seen to cross; empty: none
  friend bool operator==(const Route&, const Route&) = default;
};

}  // namespace cw::graph
