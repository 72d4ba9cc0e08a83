#include <fmt/format.h>

#include "api/json_members.hpp"
#include "api/paging.hpp"
#include "api/refusals.hpp"
#include "core/log.hpp"
#include "core/text.hpp"

namespace cw::api {

schedule::Destination destination_of(const ApiContext& context, const IpAddress& address) {
  return {.address = address, .asn = routing::facts_of(*context.ports.routes.current(), address).asn};
}

store::NewRefusal refusal_of(const IpAddress& address, const schedule::PolicyVerdict& verdict,
                             std::string_view source) {
  return {.address = address,
          .reason = std::string(to_string(verdict.rule)),
          .detail = verdict.detail,
          .source = std::string(source)};
}

void note_refusals(const ApiContext& context, const std::vector<store::NewRefusal>& refusals) {
  const auto noted = context.ports.refusals.note(refusals, context.ports.clock.now());
  if (!noted) log_warning("api", "refusals could not be noted: {}", noted.error().message);
}

void write_refusal(formats::JsonWriter& json, const store::Refusal& refusal) {
  json.begin_object();
  json.key("address").string(refusal.address.to_string());
  json.key("reason").string(refusal.reason);
  json.key("detail").string(refusal.detail);
  json.key("source").string(refusal.source);
  json.key("first_at").string(format_rfc3339(refusal.first_at));
  json.key("last_at").string(format_rfc3339(refusal.last_at));
  json.key("count").integer(refusal.count);
  json.end_object();
}

Answer list_refusals(ApiContext& context, const RouteRequest& request) {
  const auto page = TRY(read_page(request.http));
  store::RefusalQuery query{.limit = page.limit + 1};  // one more tells whether there is a next page
  if (!page.cursor.empty()) {
    query.before_id = parse_number<std::int64_t>(page.cursor);
    if (!query.before_id) return refuse_parameter("cursor", "cursor must be a next_cursor of this list");
  }
  if (const auto text = query_value(request.http, "address"); !text.empty()) {
    const auto address = IpAddress::parse(text);
    if (!address) return refuse_parameter("address", address.error().message);
    query.address = *address;
  }
  auto refusals = TRY(context.ports.refusals.list(query));
  std::string next_cursor;
  if (std::ssize(refusals) == query.limit) {
    refusals.pop_back();
    next_cursor = fmt::format("{}", refusals.back().id);
  }
  ListWriter list;
  for (const auto& refusal : refusals) write_refusal(list.items(), refusal);
  return list.finish(request.http, next_cursor);
}

}  // namespace cw::api
