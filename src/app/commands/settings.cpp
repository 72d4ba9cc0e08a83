// `cyberwatch settings list|get|set`: the settings of the file, the environment and the store together.

#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/commands/commands.hpp"
#include "app/node/node_client.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "app/text/paint.hpp"
#include "core/text.hpp"
#include "formats/json_writer.hpp"
#include "roles/worker/worker_settings.hpp"

namespace cw::app {
namespace {

const std::string kWorkerPath = fmt::format("/api/v1/settings/{}", roles::kWorkerSettingsKey);
constexpr std::string_view kWorkerTable = "worker.";

Result<boost::json::object> stored_values(NodeClient& node, bool& is_default) {
  const auto body = TRY(node.call("GET", kWorkerPath));
  boost::system::error_code error;
  const auto answer = boost::json::parse(body, error);
  const auto* object = answer.if_object();
  const auto* value = object == nullptr ? nullptr : object->if_contains("value");
  const auto* standard = object == nullptr ? nullptr : object->if_contains("is_default");
  if (value == nullptr || !value->is_object() || standard == nullptr || !standard->is_bool())
    return fail(ErrorKind::unavailable, "what answers for the node is no cyberwatch of this kind");
  is_default = standard->as_bool();
  return value->as_object();
}

Result<> apply_stored(Settings& settings, NodeClient& node) {
  bool is_default = true;
  const auto values = TRY(stored_values(node, is_default));
  if (is_default) return {};
  return roles::apply_worker_settings(settings, boost::json::serialize(values));
}

std::string setting_line(const Setting& row, const Settings& settings, Output output) {
  const auto origin = to_string(settings.origin(row.key));
  if (output == Output::text)
    return fmt::format("{:<34} {:<28} {:<12} {}\n", row.key,
                       settings.text(row.key).empty() ? "-" : settings.text(row.key), origin, row.help);
  formats::JsonWriter json;
  json.begin_object();
  json.key("key").string(row.key);
  if (row.type == SettingType::whole_number)
    json.key("value").integer(settings.whole_number(row.key));
  else
    json.key("value").string(settings.text(row.key));
  json.key("origin").string(origin);
  json.key("changes").string(row.scope == SettingScope::running ? "while running" : "at start");
  json.key("help").string(row.help);
  json.end_object();
  return json.take() + "\n";
}

Result<ExitCode> list(const Settings& settings, Output output) {
  std::string text;
  for (const auto& row : settings_table()) text += setting_line(row, settings, output);
  return write_out(text) ? ExitCode::done : ExitCode::failed;
}

Result<ExitCode> get(const Settings& settings, const SettingsCommand& command, const Setting& row) {
  const bool is_json = command.output == Output::json_lines;
  return write_out(is_json ? setting_line(row, settings, command.output) : settings.text(row.key) + "\n")
             ? ExitCode::done
             : ExitCode::failed;
}

Result<ExitCode> set(NodeClient& node, const SettingsCommand& command, const Setting& row) {
  if (row.scope != SettingScope::running)
    return fail(ErrorKind::invalid,
                fmt::format("{} is read at the start: write it into the settings file, or start with "
                            "--set {}={}",
                            row.key, row.key, printable(command.value, 60)));
  Settings checked;
  TRY(checked.set(row.key, command.value, SettingOrigin::store));
  bool is_default = true;
  auto values = TRY(stored_values(node, is_default));
  values[row.key.substr(kWorkerTable.size())] = checked.whole_number(row.key);
  TRY(node.call("PUT", kWorkerPath, boost::json::serialize(values), {{"if-match", "*"}}));
  return ExitCode::done;
}

}  // namespace

Result<ExitCode> run(const SettingsCommand& command) {
  auto settings = TRY(load_settings({command.settings.config, process_environment(), command.settings.overrides}));
  const Setting* row = nullptr;
  if (command.action != SettingsAction::list) {
    // The table refuses an unknown name with the nearest one.
    auto known = Settings{}.set(command.key, "", SettingOrigin::command_line);
    row = find_setting(command.key);
    if (row == nullptr) return fail(ErrorKind::invalid, std::move(known).error().message);
  }
  const bool is_change = command.action == SettingsAction::set;
  const auto node = TRY(NodeClient::open(settings, is_change ? StoreUse::write : StoreUse::read));
  if (is_change) return set(*node, command, *row);
  TRY(apply_stored(settings, *node));
  return command.action == SettingsAction::list ? list(settings, command.output) : get(settings, command, *row);
}

}  // namespace cw::app
