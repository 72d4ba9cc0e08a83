#include "ports/store/sql/stored_path_details.hpp"

#include "ports/store/sql/json_reading.hpp"

namespace cw::store {
namespace {

namespace json = boost::json;

json::value address_value(const std::optional<IpAddress>& address) {
  if (!address) return nullptr;
  return json::value(address->to_string());
}

Result<const json::value*> member(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  if (value == nullptr) return fail(ErrorKind::invalid, std::string(name) + " is missing");
  return value;
}

Result<const json::array*> array_member(const json::object& object, std::string_view name) {
  const auto* const value = TRY(member(object, name));
  return as_array(*value, name);
}

Result<const json::value*> value_at(const json::array& array, std::size_t place, std::string_view what) {
  if (place >= array.size()) return fail(ErrorKind::invalid, std::string(what) + " is cut short");
  return &array[place];
}

Result<std::optional<IpAddress>> address_at(const json::array& array, std::size_t place, std::string_view what) {
  const auto* const value = TRY(value_at(array, place, what));
  if (value->is_null()) return std::nullopt;
  return TRY(as_address(*value, what));
}

Result<Ttl> ttl_at(const json::array& array, std::size_t place) {
  return Ttl{static_cast<std::uint8_t>(TRY(integer_at(array, place, 0, 255, "a TTL")))};
}

Result<std::uint16_t> word_at(const json::array& array, std::size_t place, std::string_view what) {
  return static_cast<std::uint16_t>(TRY(integer_at(array, place, 0, 65535, what)));
}

Result<std::vector<std::uint16_t>> flows_at(const json::array& array, std::size_t place) {
  const auto* const value = TRY(value_at(array, place, "a list of flows"));
  const auto* const entries = TRY(as_array(*value, "a list of flows"));
  std::vector<std::uint16_t> flows;
  for (std::size_t i = 0; i < entries->size(); ++i) flows.push_back(TRY(word_at(*entries, i, "a flow")));
  return flows;
}

Result<MtuLimit> decode_limit(const json::array& entry) {
  MtuLimit limit{.ttl = TRY(ttl_at(entry, 0))};
  limit.from = TRY(address_at(entry, 1, "the address of an MTU limit"));
  limit.mtu = TRY(word_at(entry, 2, "an MTU"));
  return limit;
}

Result<PathGraph::Interface> decode_interface(const json::array& entry) {
  PathGraph::Interface interface{.ttl = TRY(ttl_at(entry, 0))};
  interface.address = TRY(address_at(entry, 1, "the address of an interface"));
  interface.flows = TRY(flows_at(entry, 2));
  return interface;
}

Result<PathGraph::Link> decode_link(const json::array& entry, std::size_t interfaces) {
  const auto last = static_cast<std::int64_t>(interfaces) - 1;
  PathGraph::Link link;
  link.from = static_cast<std::size_t>(TRY(integer_at(entry, 0, 0, last, "the end of a link")));
  link.to = static_cast<std::size_t>(TRY(integer_at(entry, 1, 0, last, "the end of a link")));
  link.flows = TRY(flows_at(entry, 2));
  return link;
}

}  // namespace

std::string encode_path_mtu(const PathMtu& path_mtu) {
  json::array limits;
  for (const auto& limit : path_mtu.limits)
    limits.push_back(json::array{limit.ttl.value, address_value(limit.from), limit.mtu});
  return json::serialize(json::object{{"mtu", path_mtu.mtu}, {"limits", std::move(limits)}});
}

std::string encode_graph(const PathGraph& graph) {
  json::array interfaces;
  for (const auto& interface : graph.interfaces)
    interfaces.push_back(json::array{interface.ttl.value, address_value(interface.address),
                                     json::array(interface.flows.begin(), interface.flows.end())});
  json::array links;
  for (const auto& link : graph.links)
    links.push_back(json::array{static_cast<std::int64_t>(link.from), static_cast<std::int64_t>(link.to),
                                json::array(link.flows.begin(), link.flows.end())});
  json::object stored{{"confidence", graph.confidence_percent},
                      {"complete", graph.complete},
                      {"interfaces", std::move(interfaces)},
                      {"links", std::move(links)}};
  json::array per_packet;
  for (const auto ttl : graph.per_packet) per_packet.push_back(ttl.value);
  if (!per_packet.empty()) stored["per_packet"] = std::move(per_packet);
  return json::serialize(stored);
}

Result<PathMtu> decode_path_mtu(std::string_view text) {
  const auto value = TRY(parse_json(text));
  const auto* const object = TRY(as_object(value, "a path MTU"));
  const auto* const mtu = TRY(member(*object, "mtu"));
  const auto* const limits = TRY(array_member(*object, "limits"));
  PathMtu path_mtu;
  path_mtu.mtu = static_cast<std::uint16_t>(TRY(as_integer(*mtu, 0, 65535, "an MTU")));
  for (const auto& limit : *limits) {
    const auto* const entry = TRY(as_array(limit, "an MTU limit"));
    path_mtu.limits.push_back(TRY(decode_limit(*entry)));
  }
  return path_mtu;
}

Result<PathGraph> decode_graph(std::string_view text) {
  const auto value = TRY(parse_json(text));
  const auto* const object = TRY(as_object(value, "a graph"));
  const auto* const confidence = TRY(member(*object, "confidence"));
  const auto* const complete = TRY(member(*object, "complete"));
  const auto* const interfaces = TRY(array_member(*object, "interfaces"));
  const auto* const links = TRY(array_member(*object, "links"));
  PathGraph graph;
  graph.confidence_percent = static_cast<int>(TRY(as_integer(*confidence, 0, 100, "the confidence of a graph")));
  if (!complete->is_bool()) return fail(ErrorKind::invalid, "\"complete\" is neither true nor false");
  graph.complete = complete->get_bool();
  if (object->contains("per_packet")) {
    const auto* const per_packet = TRY(array_member(*object, "per_packet"));
    for (std::size_t i = 0; i < per_packet->size(); ++i) graph.per_packet.push_back(TRY(ttl_at(*per_packet, i)));
  }
  for (const auto& interface : *interfaces) {
    const auto* const entry = TRY(as_array(interface, "an interface"));
    graph.interfaces.push_back(TRY(decode_interface(*entry)));
  }
  for (const auto& link : *links) {
    const auto* const entry = TRY(as_array(link, "a link"));
    graph.links.push_back(TRY(decode_link(*entry, graph.interfaces.size())));
  }
  return graph;
}

}  // namespace cw::store
