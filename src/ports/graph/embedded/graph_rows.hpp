#pragma once

// The graph as rows: reading and writing them inside somebody else's transaction.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "platform/database.hpp"
#include "ports/graph/graph_records.hpp"

namespace cw::graph {

Result<std::int64_t> read_cursor(platform::Database& database);
// False when the cursor was not at `after`.
Result<bool> move_cursor(platform::Database& database, std::int64_t after, std::int64_t position);

Result<> write_network(platform::Database& database, const Network& network);
Result<> write_origin(platform::Database& database, const Origin& origin);
Result<> write_exchange(platform::Database& database, const Exchange& exchange);
Result<> write_membership(platform::Database& database, const Membership& membership);
Result<> write_route(platform::Database& database, const Route& route);
Result<> write_day(platform::Database& database, const RouteDay& day);
// Removes everything and puts the cursor to 0.
Result<> remove_all(platform::Database& database);

Result<std::optional<Network>> find_network(platform::Database& database, Asn asn);
Result<std::optional<Route>> find_route(platform::Database& database, const RouteEnds& ends);
Result<std::vector<Route>> find_routes_of(platform::Database& database, Asn asn, int most);
Result<std::vector<Route>> find_routes_from(platform::Database& database, Asn asn);
// The far ends of the routes from a network, and the near ends of those to it.
Result<std::vector<Asn>> find_far_ends(platform::Database& database, Asn asn);
Result<std::vector<Asn>> find_near_ends(platform::Database& database, Asn asn);
Result<std::set<RouteEnds>> find_seen(platform::Database& database, const Days& days);
Result<GraphCounts> count_all(platform::Database& database);

Result<std::vector<Network>> page_of_networks(platform::Database& database, std::optional<Asn> after, int most);
Result<std::vector<Route>> page_of_routes(platform::Database& database, std::optional<RouteEnds> after, int most);
Result<std::vector<Origin>> page_of_origins(platform::Database& database, const std::optional<Origin>& after, int most);
Result<std::vector<Membership>> page_of_memberships(platform::Database& database,
                                                    const std::optional<Membership>& after, int most);
Result<std::vector<Exchange>> page_of_exchanges(platform::Database& database, const std::optional<std::string>& after,
                                                int most);

}  // namespace cw::graph
