#include <fmt/format.h>

#include "api/json_members.hpp"
#include "api/paging.hpp"
#include "api/routes.hpp"
#include "core/text.hpp"
#include "formats/lookup_json.hpp"

namespace cw::api {
namespace {

Answer lookup_asn(const routing::RouteTable& table, Asn asn) {
  const auto name = table.org_name(asn);
  if (name.empty()) return refuse(ProblemType::not_found, fmt::format("nothing is known of {}", asn.to_string()));
  const auto info = table.info();
  formats::JsonWriter json;
  json.begin_object();
  json.key("asn").integer(asn.value);
  json.key("org_name").string(name);
  json.key("source").string(info.source);
  write_or_null(json.key("as_of"), std::optional(info.as_of));
  return json_response(json.end_object().take());
}

}  // namespace

Answer lookup(ApiContext& context, const RouteRequest& request) {
  const auto table = context.ports.routes.current();
  const auto text = trim(request.parameter);
  if (const auto address = IpAddress::parse(text))
    return json_response(formats::to_json(routing::facts_of(*table, *address)));
  if (const auto asn = Asn::parse(text)) return lookup_asn(*table, *asn);
  return refuse_parameter("query", fmt::format("\"{}\" is neither an address nor an ASN", printable(text)));
}

}  // namespace cw::api
