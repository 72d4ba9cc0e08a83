// CAIDA's Internet Topology Data Kit: "node.AS N1 64500 method" and "link L1:  N1 N2", comments with '#'.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "formats/graph_writer.hpp"

namespace cw::formats {
namespace {

class ItdkWriter final : public GraphWriter {
 public:
  std::string begin() override {
    return "# The graph of networks in the form of CAIDA's ITDK, one node a network\n"
           "# format: node.AS <node_id> <AS> <method>\n"
           "# format: link <link_id>:  <node_id> <node_id>\n";
  }

  std::string network(const graph::Network& network) override {
    return fmt::format("node.AS N{0} {0} traceroute\n", network.asn.value);
  }

  std::string route(const graph::Route& route) override {
    const auto& [from, to] = route.ends;
    if (!linked_.insert({.from = std::min(from, to), .to = std::max(from, to)}).second) return {};
    return fmt::format("link L{}:  N{} N{}\n", linked_.size(), from.value, to.value);
  }

 private:
  std::set<graph::RouteEnds> linked_;
};

}  // namespace

std::unique_ptr<GraphWriter> make_itdk_writer() { return std::make_unique<ItdkWriter>(); }

}  // namespace cw::formats
