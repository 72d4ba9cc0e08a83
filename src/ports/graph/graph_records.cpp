#include "ports/graph/graph_records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace cw::graph {
namespace {

// The things that edges may lead to.
struct Known {
  std::set<Asn> networks;
  std::set<std::string_view> exchanges;

  explicit Known(const GraphBatch& batch) {
    for (const auto& network : batch.networks) networks.insert(network.asn);
    for (const auto& exchange : batch.exchanges) exchanges.insert(exchange.ixp_id);
  }

  [[nodiscard]] Result<> network(Asn asn) const {
    if (networks.contains(asn)) return {};
    return fail(ErrorKind::invalid, fmt::format("an edge of the batch leads to {}, which it lacks", asn.to_string()));
  }
  [[nodiscard]] Result<> ends(const RouteEnds& ends) const {
    TRY(network(ends.from));
    return network(ends.to);
  }
  [[nodiscard]] Result<> exchange(std::string_view ixp_id) const {
    if (exchanges.contains(ixp_id)) return {};
    return fail(ErrorKind::invalid,
                fmt::format("an edge of the batch leads to exchange \"{}\", which it lacks", ixp_id));
  }
};

Result<> positive(std::int64_t count) {
  if (count > 0) return {};
  return fail(ErrorKind::invalid, "a route of the batch was seen less than once");
}

}  // namespace

Result<> check(const GraphBatch& batch) {
  if (batch.after < 0 || batch.position <= batch.after)
    return fail(ErrorKind::invalid,
                fmt::format("a batch cannot lead from position {} to {}", batch.after, batch.position));
  const Known known(batch);
  for (const auto& origin : batch.origins) TRY(known.network(origin.asn));
  for (const auto& membership : batch.memberships) {
    TRY(known.network(membership.asn));
    TRY(known.exchange(membership.ixp_id));
  }
  for (const auto& route : batch.routes) {
    TRY(known.ends(route.ends));
    TRY(positive(route.observed_count));
    if (!route.ixp_id.empty()) TRY(known.exchange(route.ixp_id));
  }
  for (const auto& day : batch.days) {
    TRY(known.ends(day.ends));
    TRY(positive(day.observed_count));
  }
  return {};
}

}  // namespace cw::graph
