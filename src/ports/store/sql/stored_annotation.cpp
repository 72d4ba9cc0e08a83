#include "ports/store/sql/stored_annotation.hpp"

#include <fmt/format.h>

#include <limits>

#include "core/text.hpp"
#include "ports/store/sql/json_reading.hpp"

namespace cw::store {
namespace {

namespace json = boost::json;

json::object encode_owner(const HopOwner& owner) {
  json::object object{{"ttl", owner.ttl.value}};
  if (owner.address) object["address"] = owner.address->to_string();
  if (owner.asn) object["asn"] = owner.asn->value;
  object["rule"] = to_string(owner.rule);
  object["confidence"] = fmt::format("{}", owner.confidence);
  return object;
}

Result<const json::value*> member(const json::object& object, std::string_view name) {
  const auto* const value = object.if_contains(name);
  if (value == nullptr) return fail(ErrorKind::invalid, fmt::format("\"{}\" is missing", name));
  return value;
}

Result<std::int64_t> integer(const json::object& object, std::string_view name, std::int64_t most) {
  const auto* const value = TRY(member(object, name));
  return as_integer(*value, 0, most, name);
}

Result<Ttl> ttl(const json::object& object, std::string_view name) {
  return Ttl{static_cast<std::uint8_t>(TRY(integer(object, name, 255)))};
}

Result<Asn> asn(const json::object& object, std::string_view name) {
  return Asn{static_cast<std::uint32_t>(TRY(integer(object, name, std::numeric_limits<std::uint32_t>::max())))};
}

Result<double> confidence(const json::object& object) {
  const auto* const value = TRY(member(object, "confidence"));
  const auto text = TRY(as_text(*value, "a confidence"));
  const auto number = parse_number<double>(text);
  if (!number || !(*number >= 0 && *number <= 1))
    return fail(ErrorKind::invalid, "a confidence is not a number from 0 to 1");
  return *number;
}

Result<HopOwner> decode_owner(const json::object& object) {
  HopOwner owner{.ttl = TRY(ttl(object, "ttl"))};
  if (const auto* address = object.if_contains("address"))
    owner.address = TRY(as_address(*address, "the address of an owned hop"));
  if (object.contains("asn")) owner.asn = TRY(asn(object, "asn"));
  const auto* const rule = TRY(member(object, "rule"));
  const auto rule_name = TRY(as_text(*rule, "a rule"));
  owner.rule = TRY(parse_ownership_rule(rule_name));
  owner.confidence = TRY(confidence(object));
  return owner;
}

Result<AsPathElement> decode_network(const json::object& object) {
  AsPathElement network{.asn = TRY(asn(object, "asn"))};
  const auto* const name = TRY(member(object, "name"));
  network.name = TRY(as_text(*name, "the name of a network"));
  network.gap = static_cast<int>(TRY(integer(object, "gap", 255)));
  return network;
}

Result<AsLink> decode_link(const json::object& object) {
  AsLink link;
  link.from = TRY(asn(object, "from"));
  link.to = TRY(asn(object, "to"));
  link.from_ttl = TRY(ttl(object, "from_ttl"));
  link.to_ttl = TRY(ttl(object, "to_ttl"));
  return link;
}

template <class Element>
Result<std::vector<Element>> decode_all(const json::object& annotation, std::string_view name,
                                        Result<Element> (*decode)(const json::object&)) {
  const auto* const value = TRY(member(annotation, name));
  const auto* const entries = TRY(as_array(*value, name));
  std::vector<Element> elements;
  for (const auto& entry : *entries) {
    const auto* const object = TRY(as_object(entry, name));
    elements.push_back(TRY(decode(*object)));
  }
  return elements;
}

}  // namespace

std::string encode_annotation(const AsPath& as_path) {
  json::array hops;
  for (const auto& owner : as_path.hops) hops.push_back(encode_owner(owner));
  json::array networks;
  for (const auto& network : as_path.networks)
    networks.push_back(json::object{{"asn", network.asn.value}, {"name", network.name}, {"gap", network.gap}});
  json::array links;
  for (const auto& link : as_path.links)
    links.push_back(json::object{{"from", link.from.value},
                                 {"to", link.to.value},
                                 {"from_ttl", link.from_ttl.value},
                                 {"to_ttl", link.to_ttl.value}});
  return json::serialize(
      json::object{{"hops", std::move(hops)}, {"networks", std::move(networks)}, {"links", std::move(links)}});
}

Result<AsPath> decode_annotation(std::string_view text) {
  const auto value = TRY(parse_json(text));
  const auto* const annotation = TRY(as_object(value, "an annotation"));
  AsPath as_path;
  as_path.hops = TRY(decode_all(*annotation, "hops", decode_owner));
  as_path.networks = TRY(decode_all(*annotation, "networks", decode_network));
  as_path.links = TRY(decode_all(*annotation, "links", decode_link));
  return as_path;
}

}  // namespace cw::store
