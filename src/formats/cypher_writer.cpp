// Cypher, a statement a line, in the names of the graph's contract. RTTs are milliseconds there.

#include <fmt/format.h>

#include <iterator>

#include "core/time.hpp"
#include "core/utf8.hpp"
#include "formats/graph_writer.hpp"

namespace cw::formats {
namespace {

// A literal between single quotes (Cypher manual, "Expressions": \\, \' and \uXXXX).
std::string literal(std::string_view text) {
  std::string quoted = "'";
  for (const char c : repair_utf8(text)) {
    if (c == '\'' || c == '\\')
      (quoted += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      fmt::format_to(std::back_inserter(quoted), "\\u{:04X}", static_cast<unsigned>(c));
    else
      quoted += c;
  }
  return quoted + "'";
}

std::string set_text(std::string_view property, std::string_view text) {
  return text.empty() ? std::string() : fmt::format(", {} = {}", property, literal(text));
}

std::string set_rtt(std::string_view property, const std::optional<Duration>& rtt) {
  return rtt ? fmt::format(", {} = {:.3f}", property, to_milliseconds(*rtt)) : std::string();
}

std::string times(char name, Instant first, Instant last) {
  return fmt::format("{0}.first_seen = datetime('{1}'), {0}.last_seen = datetime('{2}')", name, format_rfc3339(first),
                     format_rfc3339(last));
}

class CypherWriter final : public GraphWriter {
 public:
  std::string begin() override {
    return "CREATE CONSTRAINT cyberwatch_as IF NOT EXISTS FOR (n:AS) REQUIRE n.asn IS UNIQUE;\n"
           "CREATE CONSTRAINT cyberwatch_prefix IF NOT EXISTS FOR (p:Prefix) REQUIRE p.prefix IS UNIQUE;\n"
           "CREATE CONSTRAINT cyberwatch_ixp IF NOT EXISTS FOR (x:IXP) REQUIRE x.ixp_id IS UNIQUE;\n";
  }

  std::string exchange(const graph::Exchange& exchange) override {
    return fmt::format("MERGE (x:IXP {{ixp_id: {}}}) SET x.name = {}{};\n", literal(exchange.ixp_id),
                       literal(exchange.name), set_text("x.country", exchange.country));
  }

  std::string network(const graph::Network& network) override {
    return fmt::format("MERGE (n:AS {{asn: {}}}) SET {}{}{};\n", network.asn.value,
                       times('n', network.first_seen, network.last_seen), set_text("n.org_name", network.org_name),
                       set_text("n.country", network.country));
  }

  std::string membership(const graph::Membership& membership) override {
    return fmt::format("MATCH (n:AS {{asn: {}}}), (x:IXP {{ixp_id: {}}}) MERGE (n)-[:MEMBER_OF]->(x);\n",
                       membership.asn.value, literal(membership.ixp_id));
  }

  std::string origin(const graph::Origin& origin) override {
    return fmt::format(
        "MATCH (n:AS {{asn: {}}}) MERGE (p:Prefix {{prefix: {}}}) SET p.af = {} MERGE (n)-[:ORIGINATE]->(p);\n",
        origin.asn.value, literal(origin.prefix.to_string()), origin.prefix.family() == Family::v4 ? 4 : 6);
  }

  std::string route(const graph::Route& route) override {
    return fmt::format(
        "MATCH (a:AS {{asn: {}}}), (b:AS {{asn: {}}}) MERGE (a)-[r:ROUTE]->(b) SET r.observed_count = {}, {}{}{}{};\n",
        route.ends.from.value, route.ends.to.value, route.observed_count, times('r', route.first_seen, route.last_seen),
        set_rtt("r.min_rtt", route.min_rtt), set_rtt("r.max_rtt", route.max_rtt), set_text("r.ixp_id", route.ixp_id));
  }
};

}  // namespace

std::unique_ptr<GraphWriter> make_cypher_writer() { return std::make_unique<CypherWriter>(); }

}  // namespace cw::formats
