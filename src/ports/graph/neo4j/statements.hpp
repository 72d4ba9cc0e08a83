#pragma once

// All that is said to Neo4j, as constant text. The names are the contract with those who query the graph themselves:
//   (:AS {asn, org_name, country, first_seen, last_seen}), (:Prefix {prefix, af}), (:IXP {ixp_id, name, country})
//   (:AS)-[:ROUTE {observed_count, min_rtt, max_rtt, first_seen, last_seen, ixp_id}]->(:AS), RTTs in milliseconds
//   (:AS)-[:ORIGINATE]->(:Prefix), (:AS)-[:MEMBER_OF]->(:IXP)
//   (:RouteDay {from_asn, to_asn, day, observed_count}), one for every day of UTC on which a route was seen
//   (:GraphCursor {name, position, schema}), how far the projection has come

#include <cstdint>
#include <string_view>

namespace cw::graph::statements {

inline constexpr std::int64_t kSchema = 1;
// The cursor's position while the graph is being cleared.
inline constexpr std::int64_t kClearing = -1;

// Each by itself: Neo4j changes its schema in a transaction of its own.
inline constexpr std::string_view kSchemaChanges[] = {
    "CREATE CONSTRAINT cyberwatch_cursor IF NOT EXISTS FOR (c:GraphCursor) REQUIRE c.name IS UNIQUE",
    "CREATE CONSTRAINT cyberwatch_as IF NOT EXISTS FOR (n:AS) REQUIRE n.asn IS UNIQUE",
    "CREATE CONSTRAINT cyberwatch_prefix IF NOT EXISTS FOR (p:Prefix) REQUIRE p.prefix IS UNIQUE",
    "CREATE CONSTRAINT cyberwatch_ixp IF NOT EXISTS FOR (x:IXP) REQUIRE x.ixp_id IS UNIQUE",
    "CREATE CONSTRAINT cyberwatch_route_day IF NOT EXISTS FOR (d:RouteDay) REQUIRE (d.from_asn, d.to_asn, d.day) IS "
    "UNIQUE",
    "CREATE INDEX cyberwatch_day IF NOT EXISTS FOR (d:RouteDay) ON (d.day)",
    "CREATE INDEX cyberwatch_org_name IF NOT EXISTS FOR (n:AS) ON (n.org_name)",
};

inline constexpr std::string_view kReadSchema = "MATCH (c:GraphCursor {name: 'store'}) RETURN c.schema";
inline constexpr std::string_view kMakeCursor =
    "MERGE (c:GraphCursor {name: 'store'}) ON CREATE SET c.position = 0, c.schema = $schema";
inline constexpr std::string_view kReadCursor = "MATCH (c:GraphCursor {name: 'store'}) RETURN c.position";
inline constexpr std::string_view kSetCursor =
    "MERGE (c:GraphCursor {name: 'store'}) ON CREATE SET c.schema = $schema SET c.position = $position";

// One statement, and so one transaction. Writing `locked` takes the cursor for this transaction before its position
// is read; no row comes back when it is elsewhere, and then nothing was written.
inline constexpr std::string_view kApply = R"(
MATCH (c:GraphCursor {name: 'store'})
SET c.locked = true
REMOVE c.locked
WITH c WHERE c.position = $after
SET c.position = $position
WITH c
CALL {
  UNWIND $networks AS row
  MERGE (n:AS {asn: row.asn})
  SET n.org_name = coalesce(row.org_name, n.org_name),
      n.country = coalesce(row.country, n.country),
      n.first_seen = CASE WHEN n.first_seen <= datetime(row.first_seen) THEN n.first_seen ELSE datetime(row.first_seen) END,
      n.last_seen = CASE WHEN n.last_seen >= datetime(row.last_seen) THEN n.last_seen ELSE datetime(row.last_seen) END
}
CALL {
  UNWIND $origins AS row
  MATCH (n:AS {asn: row.asn})
  MERGE (p:Prefix {prefix: row.prefix})
  ON CREATE SET p.af = row.af
  MERGE (n)-[:ORIGINATE]->(p)
}
CALL {
  UNWIND $exchanges AS row
  MERGE (x:IXP {ixp_id: row.ixp_id})
  SET x.name = row.name, x.country = coalesce(row.country, x.country)
}
CALL {
  UNWIND $memberships AS row
  MATCH (n:AS {asn: row.asn})
  MATCH (x:IXP {ixp_id: row.ixp_id})
  MERGE (n)-[:MEMBER_OF]->(x)
}
CALL {
  UNWIND $routes AS row
  MATCH (a:AS {asn: row.from_asn})
  MATCH (b:AS {asn: row.to_asn})
  MERGE (a)-[r:ROUTE]->(b)
  SET r.observed_count = coalesce(r.observed_count, 0) + row.observed_count,
      r.min_rtt = CASE WHEN row.min_rtt IS NULL OR r.min_rtt <= row.min_rtt THEN r.min_rtt ELSE row.min_rtt END,
      r.max_rtt = CASE WHEN row.max_rtt IS NULL OR r.max_rtt >= row.max_rtt THEN r.max_rtt ELSE row.max_rtt END,
      r.first_seen = CASE WHEN r.first_seen <= datetime(row.first_seen) THEN r.first_seen ELSE datetime(row.first_seen) END,
      r.last_seen = CASE WHEN r.last_seen >= datetime(row.last_seen) THEN r.last_seen ELSE datetime(row.last_seen) END,
      r.ixp_id = coalesce(row.ixp_id, r.ixp_id)
}
CALL {
  UNWIND $days AS row
  MERGE (d:RouteDay {from_asn: row.from_asn, to_asn: row.to_asn, day: date(row.day)})
  SET d.observed_count = coalesce(d.observed_count, 0) + row.observed_count
}
RETURN c.position)";

// In parts, so that no transaction holds the whole graph; each says how much it took away.
inline constexpr std::string_view kRemovals[] = {
    "MATCH (d:RouteDay) WITH d LIMIT 20000 DELETE d RETURN count(*)",
    "MATCH (:AS)-[r:ROUTE|ORIGINATE|MEMBER_OF]->() WITH r LIMIT 20000 DELETE r RETURN count(*)",
    "MATCH (p:Prefix) WITH p LIMIT 20000 DETACH DELETE p RETURN count(*)",
    "MATCH (x:IXP) WITH x LIMIT 20000 DETACH DELETE x RETURN count(*)",
    "MATCH (n:AS) WITH n LIMIT 20000 DETACH DELETE n RETURN count(*)",
};

inline constexpr std::string_view kCounts =
    "CALL { MATCH (:AS)-[r:ROUTE]->(:AS) RETURN count(r) AS routes, coalesce(sum(r.observed_count), 0) AS seen } "
    "RETURN "
    "COUNT { (:AS) }, COUNT { (:Prefix) }, COUNT { (:IXP) }, routes, seen";

inline constexpr std::string_view kKnownOf = "UNWIND $asns AS asn MATCH (n:AS {asn: asn}) RETURN n.asn";

// The columns of a network `n` and of a route `r`. Instants are whole microseconds.
inline constexpr std::string_view kNetworkColumns =
    "n.asn, n.org_name, n.country, n.first_seen.epochSeconds * 1000000 + n.first_seen.microsecond, "
    "n.last_seen.epochSeconds * 1000000 + n.last_seen.microsecond";
inline constexpr std::string_view kRouteColumns =
    "startNode(r).asn, endNode(r).asn, r.observed_count, r.min_rtt, r.max_rtt, r.first_seen.epochSeconds * 1000000 + "
    "r.first_seen.microsecond, r.last_seen.epochSeconds * 1000000 + r.last_seen.microsecond, r.ixp_id";

// Statements with those columns in the place of {}.
inline constexpr std::string_view kNetworksOf = "UNWIND $asns AS asn MATCH (n:AS {asn: asn}) RETURN {}";
inline constexpr std::string_view kNetworksAfter =
    "MATCH (n:AS) WHERE n.asn > $after RETURN {} ORDER BY n.asn LIMIT $most";
inline constexpr std::string_view kRoutesAmong =
    "UNWIND $asns AS asn MATCH (a:AS {asn: asn})-[r:ROUTE]->(b:AS) WHERE b.asn IN $asns RETURN {} ORDER BY a.asn, "
    "b.asn";
inline constexpr std::string_view kRoutesAfter =
    "MATCH (a:AS)-[r:ROUTE]->(b:AS) WHERE a.asn >= $from AND (a.asn > $from OR b.asn > $to) RETURN {} ORDER BY a.asn, "
    "b.asn LIMIT $most";
inline constexpr std::string_view kRoutesOf =
    "MATCH (a:AS {asn: $asn})-[r:ROUTE]-(:AS) WITH DISTINCT r RETURN {} ORDER BY r.observed_count DESC, "
    "startNode(r).asn, endNode(r).asn LIMIT $most";
// Longer ones than are asked for are refused afterwards: a bound in the pattern cannot be a parameter.
inline constexpr std::string_view kPathWithTravel =
    "MATCH (a:AS {asn: $from}), (b:AS {asn: $to}) MATCH p = shortestPath((a)-[:ROUTE*..64]->(b)) UNWIND "
    "relationships(p) AS r RETURN {}";
inline constexpr std::string_view kPathAnyWay =
    "MATCH (a:AS {asn: $from}), (b:AS {asn: $to}) MATCH p = shortestPath((a)-[:ROUTE*..64]-(b)) UNWIND "
    "relationships(p) AS r RETURN {}";

inline constexpr std::string_view kNextLevel =
    "UNWIND $asns AS asn MATCH (:AS {asn: asn})-[:ROUTE]-(b:AS) RETURN DISTINCT b.asn";
inline constexpr std::string_view kSeenOnlyIn =
    "MATCH (d:RouteDay) WHERE d.day >= date($first) AND d.day <= date($last) WITH DISTINCT d.from_asn AS source, "
    "d.to_asn "
    "AS target WHERE NOT EXISTS { MATCH (o:RouteDay {from_asn: source, to_asn: target}) WHERE o.day >= "
    "date($other_first) AND o.day <= date($other_last) } RETURN source, target ORDER BY source, target";

inline constexpr std::string_view kOriginsAfter =
    "MATCH (n:AS)-[:ORIGINATE]->(p:Prefix) WHERE n.asn >= $asn AND (n.asn > $asn OR p.prefix > $text) RETURN n.asn, "
    "p.prefix ORDER BY n.asn, p.prefix LIMIT $most";
inline constexpr std::string_view kMembershipsAfter =
    "MATCH (n:AS)-[:MEMBER_OF]->(x:IXP) WHERE n.asn >= $asn AND (n.asn > $asn OR x.ixp_id > $text) RETURN n.asn, "
    "x.ixp_id ORDER BY n.asn, x.ixp_id LIMIT $most";
inline constexpr std::string_view kExchangesAfter =
    "MATCH (x:IXP) WHERE x.ixp_id > $text RETURN x.ixp_id, x.name, x.country ORDER BY x.ixp_id LIMIT $most";

}  // namespace cw::graph::statements
