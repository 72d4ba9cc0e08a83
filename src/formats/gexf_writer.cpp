// GEXF 1.2 (gexf.net), as Gephi reads it.

#include <fmt/format.h>

#include "core/time.hpp"
#include "formats/graph_writer.hpp"
#include "formats/xml_text.hpp"

namespace cw::formats {
namespace {

constexpr std::string_view kHead = R"(<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">
  <meta><creator>cyberWatch</creator><description>Networks and the routes between them</description></meta>
  <graph defaultedgetype="directed" mode="static">
    <attributes class="node">
      <attribute id="country" title="country" type="string"/>
      <attribute id="first_seen" title="first_seen" type="string"/>
      <attribute id="last_seen" title="last_seen" type="string"/>
    </attributes>
    <attributes class="edge">
      <attribute id="min_rtt_ms" title="min_rtt_ms" type="double"/>
      <attribute id="max_rtt_ms" title="max_rtt_ms" type="double"/>
      <attribute id="first_seen" title="first_seen" type="string"/>
      <attribute id="last_seen" title="last_seen" type="string"/>
      <attribute id="ixp_id" title="ixp_id" type="string"/>
    </attributes>
    <nodes>
)";

std::string value(std::string_view attribute, std::string_view text) {
  if (text.empty()) return {};
  return fmt::format("<attvalue for=\"{}\" value=\"{}\"/>", attribute, xml_text(text));
}

std::string rtt(std::string_view attribute, const std::optional<Duration>& rtt) {
  return rtt ? value(attribute, fmt::format("{:.3f}", to_milliseconds(*rtt))) : std::string();
}

class GexfWriter final : public GraphWriter {
 public:
  std::string begin() override { return std::string(kHead); }

  std::string network(const graph::Network& network) override {
    const auto number = network.asn.to_string();
    return fmt::format("      <node id=\"{}\" label=\"{}\"><attvalues>{}{}{}</attvalues></node>\n", number,
                       network.org_name.empty() ? number : xml_text(network.org_name),
                       value("country", network.country), value("first_seen", format_rfc3339(network.first_seen)),
                       value("last_seen", format_rfc3339(network.last_seen)));
  }

  std::string route(const graph::Route& route) override {
    auto text = begin_edges();
    text += fmt::format(
        "      <edge id=\"{}\" source=\"{}\" target=\"{}\" weight=\"{}\"><attvalues>{}{}{}{}{}</attvalues></edge>\n",
        next_edge_++, route.ends.from.to_string(), route.ends.to.to_string(), route.observed_count,
        rtt("min_rtt_ms", route.min_rtt), rtt("max_rtt_ms", route.max_rtt),
        value("first_seen", format_rfc3339(route.first_seen)), value("last_seen", format_rfc3339(route.last_seen)),
        value("ixp_id", route.ixp_id));
    return text;
  }

  std::string end() override { return begin_edges() + "    </edges>\n  </graph>\n</gexf>\n"; }

 private:
  // Before the first edge.
  std::string begin_edges() {
    if (in_edges_) return {};
    in_edges_ = true;
    return "    </nodes>\n    <edges>\n";
  }

  bool in_edges_ = false;
  std::int64_t next_edge_ = 0;
};

}  // namespace

std::unique_ptr<GraphWriter> make_gexf_writer() { return std::make_unique<GexfWriter>(); }

}  // namespace cw::formats
