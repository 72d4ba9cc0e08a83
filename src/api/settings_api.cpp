#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>
#include <vector>

#include "api/json_members.hpp"
#include "api/paging.hpp"
#include "api/request_body.hpp"
#include "api/routes.hpp"
#include "core/text.hpp"
#include "model/settings.hpp"

namespace cw::api {
namespace {

using formats::JsonWriter;

constexpr std::string_view kSuffix = "_settings";
constexpr std::string_view kChangedBy = "api";

// The rows of one table of model/settings that may change while the node runs, kept in the store as one object:
// "worker." rows under the key worker_settings.
struct SettingGroup {
  std::string key;
  std::vector<const Setting*> rows;
};

std::string_view table_of(const Setting& row) { return row.key.substr(0, row.key.find('.')); }
std::string_view member_of(const Setting& row) { return row.key.substr(row.key.find('.') + 1); }

std::vector<SettingGroup> setting_groups() {
  std::vector<SettingGroup> groups;
  for (const auto& row : settings_table()) {
    if (row.scope != SettingScope::running) continue;
    const auto key = std::string(table_of(row)).append(kSuffix);
    auto group = std::ranges::find(groups, key, &SettingGroup::key);
    if (group == groups.end()) group = groups.insert(groups.end(), {.key = key});
    group->rows.push_back(&row);
  }
  return groups;
}

std::expected<SettingGroup, Problem> find_group(std::string_view key) {
  const auto groups = setting_groups();
  const auto found = std::ranges::find(groups, key, &SettingGroup::key);
  if (found != groups.end()) return *found;
  std::vector<std::string_view> keys;
  keys.reserve(groups.size());
  for (const auto& group : groups) keys.push_back(group.key);
  const auto nearest = nearest_name(key, keys);
  return refuse(ProblemType::not_found, nearest ? fmt::format("there is no such setting: did you mean {}?", *nearest)
                                                : "there is no such setting: /api/v1/settings lists them");
}

// The values in force: what the node was started with, under what the store has. A stored member that is no
// longer valid is left out, as by the roles that read it.
Settings values_in_force(const ApiContext& context, const SettingGroup& group, std::string_view stored) {
  auto settings = context.options.settings;
  boost::system::error_code error;
  const auto value = boost::json::parse(stored, error);
  if (error || !value.is_object()) return settings;
  for (const auto* row : group.rows) {
    const auto* member = value.as_object().if_contains(member_of(*row));
    if (member == nullptr) continue;
    const auto text = member->is_string() ? std::string(member->as_string()) : boost::json::serialize(*member);
    if (auto set = settings.set(row->key, text, SettingOrigin::store); !set) continue;
  }
  return settings;
}

void write_values(JsonWriter& json, const SettingGroup& group, const Settings& settings) {
  json.begin_object();
  for (const auto* row : group.rows) {
    json.key(member_of(*row));
    if (row->type == SettingType::whole_number) {
      json.integer(settings.whole_number(row->key));
    } else {
      json.string(settings.text(row->key));
    }
  }
  json.end_object();
}

Result<> write_setting(const ApiContext& context, JsonWriter& json, const SettingGroup& group) {
  const auto stored = context.ports.settings.get(group.key);
  if (!stored && stored.error().kind != ErrorKind::not_found) return std::unexpected(stored.error());
  const auto history = TRY(context.ports.settings.history(group.key, 1));
  json.begin_object();
  json.key("key").string(group.key);
  write_values(json.key("value"), group, values_in_force(context, group, stored.value_or("{}")));
  json.key("is_default").boolean(!stored.has_value());
  write_or_null(json.key("changed_at"), history.empty() ? std::nullopt : std::optional(history.front().changed_at));
  json.key("changed_by").string_or_null(history.empty() ? std::string() : history.front().changed_by);
  json.end_object();
  return {};
}

Result<std::string> setting_json(const ApiContext& context, const SettingGroup& group) {
  JsonWriter json;
  TRY(write_setting(context, json, group));
  return json.take();
}

Answer setting_response(const ApiContext& context, const SettingGroup& group) {
  auto response = json_response(TRY(setting_json(context, group)));
  response.headers.emplace_back("ETag", entity_tag(response.body));
  return response;
}

std::expected<void, Problem> check_precondition(const ApiContext& context, const RouteRequest& request,
                                                const SettingGroup& group) {
  const auto expected = request.http.headers.find("if-match");
  if (expected == request.http.headers.end())
    return refuse(ProblemType::precondition_required, "read the setting first and send its ETag as If-Match, or *");
  if (expected->second == "*" || expected->second == entity_tag(TRY(setting_json(context, group)))) return {};
  return refuse(ProblemType::precondition_failed, "the setting was changed since it was read: read it again");
}

// Every row of the group, each within its bounds.
std::expected<Settings, Problem> read_values(const ApiContext& context, const RouteRequest& request,
                                             const SettingGroup& group) {
  auto body = TRY(RequestBody::parse(request.http));
  auto settings = context.options.settings;
  for (const auto* row : group.rows) {
    const auto name = member_of(*row);
    if (!body.has(name)) body.note(name, fmt::format("{} is missing", name));
    const auto number =
        row->type == SettingType::whole_number ? body.whole_number(name, row->least, row->most) : std::nullopt;
    const auto text = row->type == SettingType::whole_number ? std::nullopt : body.text(name, 1000);
    if (!number && !text) continue;
    const auto said = number ? fmt::format("{}", *number) : *text;
    if (auto set = settings.set(row->key, said, SettingOrigin::store); !set) body.note(name, set.error().message);
  }
  TRY(body.finish());
  return settings;
}

}  // namespace

Answer list_settings(ApiContext& context, const RouteRequest& request) {
  ListWriter list;
  for (const auto& group : setting_groups()) TRY(write_setting(context, list.items(), group));
  return list.finish(request.http, "");
}

Answer get_setting(ApiContext& context, const RouteRequest& request) {
  return setting_response(context, TRY(find_group(request.parameter)));
}

Answer put_setting(ApiContext& context, const RouteRequest& request) {
  const auto group = TRY(find_group(request.parameter));
  TRY(check_precondition(context, request, group));
  const auto settings = TRY(read_values(context, request, group));
  JsonWriter json;
  write_values(json, group, settings);
  TRY(context.ports.settings.set(group.key, json.take(), kChangedBy, context.ports.clock.now()));
  return setting_response(context, group);
}

}  // namespace cw::api
