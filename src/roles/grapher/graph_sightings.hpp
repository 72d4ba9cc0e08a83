#pragma once

// What a batch of stored traces says of the graph, gathered first and written once: many traces cross the same
// networks.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/ip_address.hpp"
#include "model/address_facts.hpp"
#include "ports/graph/graph_records.hpp"
#include "ports/store/measurement_store.hpp"

namespace cw::roles {

using FactsByAddress = std::map<IpAddress, AddressFacts>;

class GraphSightings {
 public:
  // 1. A network is one that the trace's AS path crosses, or the far or near side of one of its links.
  // 2. A route is a link of the AS path; its RTT is that of the answer at the far side, where there was one.
  // 3. The exchange of a route is that whose LAN holds the far side's address: routers answer from the side that the
  //    probe came in by. The far side's network is a member of it.
  // 4. A network originates the prefixes of addresses on the path that the facts say are its own. Its country is left
  //    open: that of an address is not that of its network.
  void add(const store::StoredMeasurement& stored, const FactsByAddress& facts);

  // All of it, as the batch that leads from one position to another.
  [[nodiscard]] graph::GraphBatch batch(std::int64_t after, std::int64_t position) const;

 private:
  graph::Network& network(Asn asn, Instant seen);
  void add_facts(const AddressFacts& facts, Instant seen);
  void add_link(const AsLink& link, const Measurement& measurement, const FactsByAddress& facts);

  std::map<Asn, graph::Network> networks_;
  std::map<graph::RouteEnds, graph::Route> routes_;
  std::map<std::pair<graph::RouteEnds, graph::Day>, std::int64_t> days_;
  std::map<std::string, graph::Exchange> exchanges_;
  std::set<graph::Origin> origins_;
  std::set<graph::Membership> memberships_;
};

}  // namespace cw::roles
