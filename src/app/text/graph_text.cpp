#include "app/text/graph_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace cw::app {
namespace {

constexpr std::size_t kNameColumns = 6;
constexpr std::size_t kFlowColumns = 9;

// "4a", "4b", …, "4z", "4aa": spreadsheets count so.
std::string letters(std::size_t place) {
  std::string text;
  for (++place; place > 0; place = (place - 1) / 26)
    text.insert(text.begin(), static_cast<char>('a' + (place - 1) % 26));
  return text;
}

std::vector<std::string> names_of(const PathGraph& graph) {
  std::vector<std::string> names;
  std::size_t at_ttl = 0;
  for (std::size_t i = 0; i < graph.interfaces.size(); ++i) {
    const auto ttl = graph.interfaces[i].ttl;
    at_ttl = i > 0 && graph.interfaces[i - 1].ttl == ttl ? at_ttl + 1 : 0;
    names.push_back(fmt::format("{}{}", ttl.value, letters(at_ttl)));
  }
  return names;
}

std::string address_text(const PathGraph::Interface& interface) {
  return interface.address ? interface.address->to_string() : "* no answer";
}

std::string successors(const PathGraph& graph, std::size_t from, const std::vector<std::string>& names) {
  std::string text;
  for (const auto& link : graph.links)
    if (link.from == from) text += " " + names[link.to];
  return text.empty() ? "" : "  →" + text;
}

std::string summary(const PathGraph& graph) {
  const auto sure = graph.complete
                        ? fmt::format("with {} % confidence no branch of a hop was missed", graph.confidence_percent)
                        : std::string("branches may have been missed: the probes that a trace may send ran out");
  const auto answering =
      std::ranges::count_if(graph.interfaces, [](const auto& interface) { return interface.address.has_value(); });
  return fmt::format("load-balanced paths: {} interfaces, {} links; {}\n", answering, graph.links.size(), sure);
}

std::string per_packet_line(const PathGraph& graph) {
  if (graph.per_packet.empty()) return "";
  std::vector<int> ttls;
  for (const auto ttl : graph.per_packet) ttls.push_back(ttl.value);
  return fmt::format("packets of one flow take several ways at hop {}: no link is claimed from there\n",
                     fmt::join(ttls, ", "));
}

}  // namespace

std::string graph_text(const PathGraph& graph, const TextStyle& style) {
  const auto names = names_of(graph);
  std::size_t width = 15;
  for (const auto& interface : graph.interfaces) width = std::max(width, address_text(interface).size());
  auto text = summary(graph) + per_packet_line(graph);
  for (std::size_t i = 0; i < graph.interfaces.size(); ++i) {
    const auto& interface = graph.interfaces[i];
    const auto flows = fmt::format("{} {}", interface.flows.size(), interface.flows.size() == 1 ? "flow" : "flows");
    text += fmt::format("{}  {}  {}{}{}\n", pad_left(names[i], kNameColumns), pad_right(address_text(interface), width),
                        pad_left(flows, kFlowColumns), paint(style.colour, Ink::faint, successors(graph, i, names)),
                        interface.address ? network_text(*interface.address, style) : "");
  }
  return text;
}

}  // namespace cw::app
