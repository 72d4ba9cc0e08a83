#include "ports/graph/neo4j/neo4j_url.hpp"

#include <gtest/gtest.h>

namespace cw::graph {
namespace {

std::string query_url(std::string_view url) {
  const auto address = parse_neo4j_url(url);
  return address ? address->query_url : std::string(to_string(address.error().kind)) + ": " + address.error().message;
}

TEST(Neo4jUrl, names_the_query_api_on_the_standard_ports) {
  EXPECT_EQ(query_url("neo4j://graph.example"), "http://graph.example:7474/db/neo4j/query/v2");
  EXPECT_EQ(query_url("neo4j+s://graph.example"), "https://graph.example:7473/db/neo4j/query/v2");
  EXPECT_EQ(query_url("http://127.0.0.1:8123/"), "http://127.0.0.1:8123/db/neo4j/query/v2");
  EXPECT_EQ(query_url("https://[2001:db8::1]/paths"), "https://[2001:db8::1]:7473/db/paths/query/v2");
}

TEST(Neo4jUrl, is_called_by_its_host_and_port) {
  EXPECT_EQ(parse_neo4j_url("neo4j://graph.example/paths")->name, "graph.example:7474");
}

TEST(Neo4jUrl, holds_no_password) {
  EXPECT_EQ(query_url("neo4j://neo4j:secret@graph.example"),
            "invalid: the graph's URL must hold no user and no password: use graph.user and graph.password_file");
}

TEST(Neo4jUrl, that_is_none_is_refused_with_what_to_write) {
  for (const auto* url : {"", "neo4j://", "bolt://graph.example", "neo4j://graph.example:0",
                          "neo4j://graph.example:", "neo4j://graph.example:99999", "neo4j://graph.example/a/b",
                          "neo4j://graph.example/a?b", "neo4j://graph example", "neo4j://graph.example/../x"}) {
    const auto address = parse_neo4j_url(url);
    ASSERT_FALSE(address) << url << " became " << address->query_url;
    EXPECT_EQ(address.error().kind, ErrorKind::invalid);
  }
}

}  // namespace
}  // namespace cw::graph
