#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "api/paging.hpp"
#include "api/refusals.hpp"
#include "api/request_body.hpp"
#include "api/routes.hpp"
#include "api/target_address.hpp"
#include "api/target_fields.hpp"
#include "core/text.hpp"

namespace cw::api {
namespace {

constexpr std::size_t kMostLines = 10'000;
constexpr std::size_t kMostLineBytes = 300;
// Each name is a question to a resolver, one after the other.
constexpr int kMostNames = 200;

struct RefusedLine {
  std::size_t line = 0;
  std::string text;
  ProblemType type = ProblemType::internal;
  std::string detail;
};

struct Import {
  std::vector<Target> targets;
  std::vector<RefusedLine> refused;
  std::vector<store::NewRefusal> forbidden;  // those of them that the policy refused
};

// Resolves and checks one line; blank lines and comments are nothing.
class LineReader {
 public:
  LineReader(const ApiContext& context, const TargetFields& fields) : context_(context), fields_(fields) {}

  void read(std::size_t number, std::string_view line) {
    const auto text = trim(line.substr(0, line.find('#')));
    if (text.empty()) return;
    auto address = find(text);
    if (address) {
      import_.targets.push_back(new_target(context_, *address, text, fields_));
    } else {
      import_.refused.push_back({number, printable(text), address.error().type, address.error().detail});
    }
  }

  Import take() { return std::move(import_); }

 private:
  std::expected<IpAddress, Problem> find(std::string_view text) {
    if (!IpAddress::parse(text) && ++names_ > kMostNames)
      return refuse(ProblemType::budget_exhausted,
                    fmt::format("more than {} names in one import: send the rest in another", kMostNames));
    return find_target_address(context_, {.text = text, .source = to_string(context_.options.added_as)},
                               import_.forbidden);
  }

  const ApiContext& context_;
  const TargetFields& fields_;
  Import import_;
  int names_ = 0;
};

Import import_lines(const ApiContext& context, const std::vector<std::string>& lines, const TargetFields& fields) {
  LineReader reader(context, fields);
  for (std::size_t i = 0; i < lines.size(); ++i) reader.read(i + 1, lines[i]);
  return reader.take();
}

Import import_preset(const ApiContext& context, const TargetPreset& preset, TargetFields fields) {
  if (!fields.labels) fields.labels = {preset.name};
  if (!fields.reason) fields.reason = "preset " + preset.name;
  Import import;
  for (std::size_t i = 0; i < preset.targets.size(); ++i) {
    const auto& [address, name] = preset.targets[i];
    const auto verdict = context.ports.admission.judge(destination_of(context, address));
    if (verdict.may_probe()) {
      import.targets.push_back(new_target(context, address, name, fields));
      continue;
    }
    import.refused.push_back({i + 1, address.to_string(), ProblemType::target_forbidden, verdict.detail});
    import.forbidden.push_back(refusal_of(address, verdict, to_string(context.options.added_as)));
  }
  return import;
}

Result<std::size_t> count_known(const ApiContext& context, const std::vector<Target>& targets) {
  std::size_t known = 0;
  std::set<IpAddress> seen;
  for (const auto& target : targets) {
    if (!seen.insert(target.address).second) {
      ++known;  // an earlier line of this import
      continue;
    }
    const auto found = context.ports.targets.by_address(target.address);
    if (!found && found.error().kind != ErrorKind::not_found) return std::unexpected(found.error());
    if (found) ++known;
  }
  return known;
}

Answer store(const ApiContext& context, const Import& import) {
  const auto joined = TRY(count_known(context, import.targets));
  if (!import.targets.empty()) {
    TRY(check_measurable(import.targets.front()));  // they differ in their address alone
    TRY(context.ports.targets.put_all(import.targets));
  }
  note_refusals(context, import.forbidden);
  formats::JsonWriter json;
  json.begin_object();
  json.key("added").integer(std::ssize(import.targets) - static_cast<std::int64_t>(joined));
  json.key("joined").integer(static_cast<std::int64_t>(joined));
  json.key("refused").begin_array();
  for (const auto& refused : import.refused) {
    json.begin_object();
    json.key("line").integer(static_cast<std::int64_t>(refused.line));
    json.key("text").string(refused.text);
    json.key("type").string(type_uri(refused.type));
    json.key("detail").string(refused.detail);
    json.end_object();
  }
  json.end_array();
  return json_response(json.end_object().take());
}

}  // namespace

Answer import_targets(ApiContext& context, const RouteRequest& request) {
  auto body = TRY(RequestBody::parse(request.http));
  const auto preset_name = body.text("preset", kMostLineBytes);
  const auto lines = body.texts("lines", kMostLines, kMostLineBytes);
  const auto fields = read_target_fields(context, body);
  if (body.has("preset") == body.has("lines")) body.note("", "send either preset or lines");
  TRY(body.finish());
  if (lines) return store(context, import_lines(context, *lines, fields));
  const auto preset = std::ranges::find(context.options.presets, *preset_name, &TargetPreset::name);
  if (preset == context.options.presets.end())
    return blame_member({ProblemType::not_found, "there is no such preset: /api/v1/presets lists them"}, "preset");
  return store(context, import_preset(context, *preset, fields));
}

Answer list_presets(ApiContext& context, const RouteRequest& request) {
  ListWriter list;
  for (const auto& preset : context.options.presets) {
    auto& json = list.items();
    json.begin_object();
    json.key("name").string(preset.name);
    json.key("title").string(preset.title);
    json.key("count").integer(std::ssize(preset.targets));
    json.key("description").string(preset.description);
    json.end_object();
  }
  return list.finish(request.http, "");
}

}  // namespace cw::api
