#include "formats/graph_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "formats/xml_text.hpp"

namespace cw::formats {
namespace {

using testing::HasSubstr;
using testing::Not;

// 2026-01-01T00:00:00Z
const Instant kSeen{std::chrono::seconds(1'767'225'600)};

graph::Network network(std::uint32_t asn, std::string name = {}) {
  return {.asn = Asn{asn}, .org_name = std::move(name), .first_seen = kSeen, .last_seen = kSeen};
}

graph::Route route(std::uint32_t from, std::uint32_t to) {
  return {.ends = {.from = Asn{from}, .to = Asn{to}}, .observed_count = 7, .first_seen = kSeen, .last_seen = kSeen};
}

std::string written(GraphFormat format) {
  const auto writer = make_graph_writer(format);
  auto text = writer->begin();
  text += writer->exchange({.ixp_id = "26", .name = "AMS-IX", .country = "NL"});
  text += writer->network(network(64500, "Mine & \"Yours\""));
  text += writer->network(network(64501));
  text += writer->membership({.asn = Asn{64501}, .ixp_id = "26"});
  text += writer->origin({.asn = Asn{64500}, .prefix = *Prefix::parse("2001:db8::/32")});
  auto timed = route(64500, 64501);
  timed.min_rtt = std::chrono::microseconds(412);
  timed.max_rtt = std::chrono::microseconds(12'345'678);
  timed.ixp_id = "26";
  text += writer->route(timed);
  text += writer->route(route(64501, 64500));
  return text + writer->end();
}

TEST(GraphWriter, graphml_has_networks_exchanges_and_the_edges_between_them) {
  const auto text = written(GraphFormat::graphml);
  EXPECT_THAT(text, HasSubstr("<node id=\"AS64500\"><data key=\"kind\">AS</data><data key=\"asn\">64500</data><data "
                              "key=\"name\">Mine &amp; &quot;Yours&quot;</data>"));
  EXPECT_THAT(text, HasSubstr("<edge source=\"AS64501\" target=\"IXP1\"><data key=\"kind\">MEMBER_OF</data></edge>"));
  EXPECT_THAT(text, HasSubstr("<edge source=\"AS64500\" target=\"AS64501\"><data key=\"kind\">ROUTE</data><data "
                              "key=\"observed_count\">7</data><data key=\"min_rtt_ms\">0.412</data><data "
                              "key=\"max_rtt_ms\">12345.678</data>"));
  EXPECT_TRUE(text.ends_with("</graphml>\n"));
}

TEST(GraphWriter, gexf_has_all_nodes_before_all_edges) {
  const auto text = written(GraphFormat::gexf);
  EXPECT_LT(text.rfind("<node "), text.find("</nodes>"));
  EXPECT_LT(text.find("</nodes>"), text.find("<edge "));
  EXPECT_THAT(text, HasSubstr("<edge id=\"0\" source=\"AS64500\" target=\"AS64501\" weight=\"7\">"));
  EXPECT_THAT(text, HasSubstr("label=\"AS64501\""));
  EXPECT_TRUE(text.ends_with("    </edges>\n  </graph>\n</gexf>\n"));
}

TEST(GraphWriter, gexf_without_a_route_is_whole_too) {
  const auto writer = make_gexf_writer();
  const auto text = writer->begin() + writer->network(network(1)) + writer->end();
  EXPECT_THAT(text, HasSubstr("    </nodes>\n    <edges>\n    </edges>\n"));
}

TEST(GraphWriter, cypher_makes_the_graph_in_the_names_of_its_contract) {
  const auto text = written(GraphFormat::cypher);
  EXPECT_THAT(text, HasSubstr("MERGE (x:IXP {ixp_id: '26'}) SET x.name = 'AMS-IX', x.country = 'NL';\n"));
  EXPECT_THAT(text, HasSubstr("MATCH (n:AS {asn: 64500}) MERGE (p:Prefix {prefix: '2001:db8::/32'}) SET p.af = 6 MERGE "
                              "(n)-[:ORIGINATE]->(p);\n"));
  EXPECT_THAT(text, HasSubstr("MERGE (a)-[r:ROUTE]->(b) SET r.observed_count = 7, r.first_seen = "
                              "datetime('2026-01-01T00:00:00.000000Z'), r.last_seen = "
                              "datetime('2026-01-01T00:00:00.000000Z'), r.min_rtt = 0.412, r.max_rtt = 12345.678, "
                              "r.ixp_id = '26';\n"));
}

TEST(GraphWriter, text_never_leaves_its_cypher_literal) {
  const auto text = make_cypher_writer()->network(network(1, "a' \\' }) DETACH DELETE n //\n\xff"));
  EXPECT_THAT(text, HasSubstr("n.org_name = 'a\\' \\\\\\' }) DETACH DELETE n //\\u000A\xEF\xBF\xBD';\n"));
}

TEST(GraphWriter, itdk_has_a_node_a_network_and_one_link_for_both_ways) {
  const auto text = written(GraphFormat::itdk);
  EXPECT_THAT(text, HasSubstr("node.AS N64500 64500 traceroute\nnode.AS N64501 64501 traceroute\n"));
  EXPECT_THAT(text, HasSubstr("link L1:  N64500 N64501\n"));
  EXPECT_THAT(text, Not(HasSubstr("link L2:")));
}

TEST(GraphWriter, a_format_is_found_by_its_name) {
  EXPECT_EQ(parse_graph_format("gexf"), GraphFormat::gexf);
  EXPECT_EQ(parse_graph_format("dot").error().kind, ErrorKind::invalid);
}

TEST(XmlText, escapes_what_xml_reads_otherwise) {
  EXPECT_EQ(xml_text("<a b=\"c\">&"), "&lt;a b=&quot;c&quot;&gt;&amp;");
  EXPECT_EQ(xml_text("Für\tx\n"), "Für&#9;x&#10;");
  EXPECT_EQ(xml_text(std::string_view("\0\x1b\xff", 3)), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace cw::formats
