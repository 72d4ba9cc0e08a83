// GraphML 1.0 (graphml.graphdrawing.org/specification). Ids are "AS64500" and "IXP1": XML would not take the name of
// every exchange for one.

#include <fmt/format.h>

#include <map>

#include "core/time.hpp"
#include "formats/graph_writer.hpp"
#include "formats/xml_text.hpp"

namespace cw::formats {
namespace {

constexpr std::string_view kHead = R"(<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="kind" for="all" attr.name="kind" attr.type="string"/>
  <key id="asn" for="node" attr.name="asn" attr.type="long"/>
  <key id="name" for="node" attr.name="name" attr.type="string"/>
  <key id="country" for="node" attr.name="country" attr.type="string"/>
  <key id="first_seen" for="all" attr.name="first_seen" attr.type="string"/>
  <key id="last_seen" for="all" attr.name="last_seen" attr.type="string"/>
  <key id="observed_count" for="edge" attr.name="observed_count" attr.type="long"/>
  <key id="min_rtt_ms" for="edge" attr.name="min_rtt_ms" attr.type="double"/>
  <key id="max_rtt_ms" for="edge" attr.name="max_rtt_ms" attr.type="double"/>
  <key id="ixp_id" for="all" attr.name="ixp_id" attr.type="string"/>
  <graph id="networks" edgedefault="directed">
)";

std::string data(std::string_view key, std::string_view value) {
  if (value.empty()) return {};
  return fmt::format("<data key=\"{}\">{}</data>", key, xml_text(value));
}

std::string rtt(std::string_view key, const std::optional<Duration>& value) {
  return value ? data(key, fmt::format("{:.3f}", to_milliseconds(*value))) : std::string();
}

class GraphmlWriter final : public GraphWriter {
 public:
  std::string begin() override { return std::string(kHead); }

  std::string exchange(const graph::Exchange& exchange) override {
    return fmt::format("    <node id=\"{}\">{}{}{}{}</node>\n", id_of(exchange.ixp_id), data("kind", "IXP"),
                       data("ixp_id", exchange.ixp_id), data("name", exchange.name), data("country", exchange.country));
  }

  std::string network(const graph::Network& network) override {
    return fmt::format("    <node id=\"AS{0}\">{1}<data key=\"asn\">{0}</data>{2}{3}{4}{5}</node>\n", network.asn.value,
                       data("kind", "AS"), data("name", network.org_name), data("country", network.country),
                       data("first_seen", format_rfc3339(network.first_seen)),
                       data("last_seen", format_rfc3339(network.last_seen)));
  }

  std::string membership(const graph::Membership& membership) override {
    return fmt::format("    <edge source=\"AS{}\" target=\"{}\">{}</edge>\n", membership.asn.value,
                       id_of(membership.ixp_id), data("kind", "MEMBER_OF"));
  }

  std::string route(const graph::Route& route) override {
    return fmt::format("    <edge source=\"AS{}\" target=\"AS{}\">{}{}{}{}{}{}{}</edge>\n", route.ends.from.value,
                       route.ends.to.value, data("kind", "ROUTE"),
                       data("observed_count", std::to_string(route.observed_count)), rtt("min_rtt_ms", route.min_rtt),
                       rtt("max_rtt_ms", route.max_rtt), data("first_seen", format_rfc3339(route.first_seen)),
                       data("last_seen", format_rfc3339(route.last_seen)), data("ixp_id", route.ixp_id));
  }

  std::string end() override { return "  </graph>\n</graphml>\n"; }

 private:
  std::string id_of(const std::string& ixp_id) {
    return fmt::format("IXP{}", ids_.try_emplace(ixp_id, ids_.size() + 1).first->second);
  }

  std::map<std::string, std::size_t> ids_;
};

}  // namespace

std::unique_ptr<GraphWriter> make_graphml_writer() { return std::make_unique<GraphmlWriter>(); }

}  // namespace cw::formats
