#pragma once

// Where a Neo4j is, as its owner writes it: "neo4j://graph.example:7474/database". What is spoken is the HTTP Query
// API, so the standard ports are 7474 and, for neo4j+s and https, 7473.

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cw::graph {

struct Neo4jAddress {
  std::string query_url;  // "https://graph.example:7473/db/neo4j/query/v2"
  std::string name;       // what people call it: "graph.example:7473"
};

// neo4j, neo4j+s, http or https; the database is "neo4j" where none is named. `invalid` for anything else, and for a
// URL with a user or a password in it: URLs are seen in process lists and logs.
Result<Neo4jAddress> parse_neo4j_url(std::string_view url);

}  // namespace cw::graph
