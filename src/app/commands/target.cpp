// `cyberwatch target add|remove|list|import`

#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/commands/commands.hpp"
#include "app/node/node_client.hpp"
#include "app/node/target_list.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "core/ip_address.hpp"
#include "core/text.hpp"

namespace cw::app {
namespace {

using boost::json::object;

constexpr std::string_view kTargets = "/api/v1/targets";

std::string text_of(const object& target, std::string_view name) {
  const auto* member = target.if_contains(name);
  if (member == nullptr || member->is_null()) return "";
  return member->is_string() ? std::string(member->as_string()) : boost::json::serialize(*member);
}

Result<object> call(NodeClient& node, std::string_view method, const std::string& path, const std::string& body = {}) {
  const auto answer = TRY(node.call(method, path, body));
  boost::system::error_code error;
  auto value = boost::json::parse(answer, error);
  if (error || !value.is_object()) return fail(ErrorKind::unavailable, "what answers for the node is no cyberwatch");
  return std::move(value.as_object());
}

std::string labels_of(const object& target) {
  std::string labels;
  const auto* member = target.if_contains("labels");
  if (member == nullptr || !member->is_array()) return labels;
  for (const auto& label : member->as_array())
    if (label.is_string()) labels += (labels.empty() ? "" : ",") + std::string(label.as_string());
  return labels;
}

std::string target_line(const object& target, Output output) {
  if (output == Output::json_lines) return boost::json::serialize(target) + "\n";
  const auto measured = text_of(target, "last_measurement_at");
  const auto labels = printable(labels_of(target), 60);
  return fmt::format("{:<26} {:<28} every {:>6} s  {:<8} {}{}\n", text_of(target, "address"),
                     printable(text_of(target, "name"), 28), text_of(target, "interval_s"), text_of(target, "state"),
                     measured.empty() ? "never measured" : measured.substr(0, 19) + "Z",
                     labels.empty() ? "" : " " + labels);
}

// Calls `use` with every target, page by page, until it says false.
Result<> for_each_target(NodeClient& node, const std::function<bool(const object&)>& use) {
  std::string cursor;
  do {
    const auto page =
        TRY(call(node, "GET", fmt::format("{}?limit=500{}{}", kTargets, cursor.empty() ? "" : "&cursor=", cursor)));
    const auto* items = page.if_contains("items");
    if (items == nullptr || !items->is_array())
      return fail(ErrorKind::unavailable, "what answers for the node is no cyberwatch");
    for (const auto& item : items->as_array())
      if (item.is_object() && !use(item.as_object())) return {};
    cursor = text_of(page, "next_cursor");
  } while (!cursor.empty());
  return {};
}

Result<ExitCode> list(NodeClient& node, Output output) {
  TRY(for_each_target(node, [&](const object& target) { return write_out(target_line(target, output)); }));
  return ExitCode::done;
}

Result<std::string> add_one(NodeClient& node, const TargetCommand& command, const std::string& text) {
  object body{
      {IpAddress::parse(text) ? "address" : "name", text}, {"priority", command.priority}, {"kind", command.kind}};
  if (!command.prober.empty()) body["prober"] = command.prober;
  if (!command.labels.empty()) body["labels"] = boost::json::array(command.labels.begin(), command.labels.end());
  if (command.interval_seconds) body["interval_s"] = *command.interval_seconds;
  if (command.family) body["af"] = *command.family == Family::v4 ? 4 : 6;
  const auto target = TRY(call(node, "POST", std::string(kTargets), boost::json::serialize(body)));
  return target_line(target, command.output);
}

Result<std::string> remove_one(NodeClient& node, const TargetCommand& command, const std::string& text) {
  const auto address = IpAddress::parse(text);
  const auto wanted = address ? address->to_string() : text;
  std::string id;
  std::string line;
  TRY(for_each_target(node, [&](const object& target) {
    if (text_of(target, "address") != wanted && text_of(target, "name") != wanted) return true;
    id = text_of(target, "id");
    line = target_line(target, command.output);
    return false;
  }));
  if (id.empty()) return fail(ErrorKind::not_found, fmt::format("{} is no target", printable(text, 80)));
  TRY(node.call("DELETE", fmt::format("{}/{}", kTargets, id)));
  return line;
}

// One that fails does not keep the others from being done.
Result<ExitCode> for_each_named(NodeClient& node, const TargetCommand& command,
                                Result<std::string> (*work)(NodeClient&, const TargetCommand&, const std::string&)) {
  auto code = ExitCode::done;
  for (const auto& text : command.targets) {
    const auto line = work(node, command, text);
    if (line) {
      write_out(*line);
      continue;
    }
    if (line.error().kind == ErrorKind::unavailable) return std::unexpected(line.error());
    say_error(line.error().message);
    code = ExitCode::failed;
  }
  return code;
}

Result<ExitCode> import(NodeClient& node, const TargetCommand& command) {
  const TargetOptions options{.labels = command.labels,
                              .interval_seconds = command.interval_seconds,
                              .priority = command.priority,
                              .kind = command.kind,
                              .prober = command.prober};
  const auto result = TRY(import_targets(
      command.targets, options,
      {.import = [&](const std::string& body) { return node.call("POST", std::string(kTargets) + "/import", body); },
       .on_refused = [](const std::string& message) { say_error(message); }}));
  write_out(command.output == Output::json_lines ? fmt::format("{{\"added\":{},\"joined\":{},\"refused\":{}}}\n",
                                                               result.added, result.joined, result.refused)
                                                 : fmt::format("{} added, {} were targets already, {} refused\n",
                                                               result.added, result.joined, result.refused));
  return result.refused == 0 ? ExitCode::done : ExitCode::failed;
}

}  // namespace

Result<ExitCode> run(const TargetCommand& command) {
  const auto settings =
      TRY(load_settings({command.settings.config, process_environment(), command.settings.overrides}));
  const bool reads = command.action == TargetAction::list;
  const auto node = TRY(NodeClient::open(settings, reads ? StoreUse::read : StoreUse::write));
  switch (command.action) {
    case TargetAction::list:
      return list(*node, command.output);
    case TargetAction::add:
      return for_each_named(*node, command, add_one);
    case TargetAction::remove:
      return for_each_named(*node, command, remove_one);
    case TargetAction::import:
      return import(*node, command);
  }
  return ExitCode::usage;
}

}  // namespace cw::app
