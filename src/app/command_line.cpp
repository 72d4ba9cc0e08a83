#include "app/command_line.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "app/command_help.hpp"
#include "app/declare_options.hpp"
#include "app/probe_texts.hpp"
#include "core/text.hpp"

namespace cw::app {
namespace {

Finish declare_serve(CLI::App& app) {
  auto command = std::make_shared<ServeCommand>();
  auto roles = std::make_shared<std::vector<std::string>>();
  declare_settings(app, command->settings);
  app.add_option("--role", *roles, "Only this role: api, scheduler, worker or grapher; may be repeated")
      ->type_name("ROLE")
      ->allow_extra_args(false);
  const auto set_port = [command](const std::string& port) {
    command->settings.overrides.push_back({"listen.port", port});
  };
  app.add_option_function<std::string>("--port", set_port, "Port of the page; 0 takes any free one")->type_name("N");
  app.add_option("--targets", command->targets, "Adds the targets of a file or preset; may be repeated")
      ->type_name("FILE|PRESET")
      ->allow_extra_args(false);
  app.add_flag("--sample-config", command->sample_config, "Prints a settings file with every setting and ends");
  return [command, roles]() -> Result<Command> {
    if (!roles->empty())
      command->settings.overrides.push_back({"node.roles", fmt::format("{}", fmt::join(*roles, ","))});
    return *command;
  };
}

Finish declare_demo(CLI::App& app) {
  auto command = std::make_shared<DemoCommand>();
  app.add_option("--port", command->port, "Port of the page (default: any free one)")
      ->type_name("N")
      ->check(CLI::Range(0, 65535));
  app.add_option("--scenario", command->scenario, "Another simulated Internet")->type_name("FILE");
  app.add_option("--store", command->store, "Where measurements are kept (default: in memory)")->type_name("FILE|URL");
  return [command]() -> Result<Command> { return *command; };
}

Finish declare_target(CLI::App& app, TargetAction action) {
  auto command = std::make_shared<TargetCommand>();
  command->action = action;
  auto flags = std::make_shared<ProbeTexts>();
  declare_settings(app, command->settings);
  if (action != TargetAction::list) {
    const bool is_import = action == TargetAction::import;
    app.add_option(is_import ? "FILE|PRESET" : "TARGET", command->targets,
                   is_import ? "Files with one target a line, or presets: resolvers, root-servers, large-networks"
                             : "Addresses or host names")
        ->type_name("")
        ->required();
  }
  if (action == TargetAction::add || action == TargetAction::import) {
    declare_family(app, flags->only_v4, flags->only_v6);
    app.add_option("--label", command->labels, "A label; may be repeated")->type_name("TEXT")->allow_extra_args(false);
    app.add_option("--interval", command->interval_seconds,
                   "How often it is measured (default: target.interval_seconds)")
        ->type_name("SECONDS")
        ->check(CLI::Range(10, 2'592'000));
    app.add_option("--kind", command->kind, "What is measured: trace, ping or mtr")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--prober", command->prober, "Which prober measures it (default: as worker.probers says)")
        ->type_name("NAME");
    app.add_option("--priority", command->priority, "From 0 to 9, the highest")
        ->type_name("N")
        ->check(CLI::Range(0, 9))
        ->capture_default_str();
  }
  declare_json(app, flags->json);
  return [command, flags]() -> Result<Command> {
    command->family = family_of(flags->only_v4, flags->only_v6);
    command->output = output_of(flags->json);
    return *command;
  };
}

Finish declare_settings_command(CLI::App& app, SettingsAction action) {
  auto command = std::make_shared<SettingsCommand>();
  command->action = action;
  auto json = std::make_shared<bool>(false);
  declare_settings(app, command->settings);
  if (action != SettingsAction::list)
    app.add_option("KEY", command->key, "As in `cyberwatch settings list`")->type_name("")->required();
  if (action == SettingsAction::set)
    app.add_option("VALUE", command->value, "Its new value")->type_name("")->required();
  declare_json(app, *json);
  return [command, json]() -> Result<Command> {
    command->output = output_of(*json);
    return *command;
  };
}

Finish declare_why(CLI::App& app) {
  auto command = std::make_shared<WhyCommand>();
  auto json = std::make_shared<bool>(false);
  app.add_option("ADDRESS", command->address, "An address that was, or might have been, probed")
      ->type_name("")
      ->required();
  declare_settings(app, command->settings);
  declare_json(app, *json);
  return [command, json]() -> Result<Command> {
    command->output = output_of(*json);
    return *command;
  };
}

Finish declare_export(CLI::App& app) {
  auto command = std::make_shared<ExportCommand>();
  app.add_option("MEASUREMENT", command->measurement, "Its id")->type_name("")->required();
  app.add_option("--format", command->format, "atlas, scamper, mtr, globalping or json")
      ->type_name("NAME")
      ->capture_default_str();
  declare_settings(app, command->settings);
  return [command]() -> Result<Command> { return *command; };
}

Finish declare_import(CLI::App& app) {
  auto command = std::make_shared<ImportCommand>();
  app.add_option("FILE", command->files, "RIPE Atlas, scamper or our own JSON, or warts; - is stdin")
      ->type_name("")
      ->required();
  app.add_flag("--keep", command->store, "Stores the measurements in the node; else they are printed as JSON");
  declare_settings(app, command->settings);
  return [command]() -> Result<Command> { return *command; };
}

Finish declare_lookup(CLI::App& app) {
  auto command = std::make_shared<LookupCommand>();
  auto json = std::make_shared<bool>(false);
  app.add_option("ADDRESS|ASN|PREFIX", command->subjects, "Such as 1.1.1.1, AS13335 or 193.0.0.0/21")
      ->type_name("")
      ->required();
  app.add_flag("--sources", command->sources, "Also what each source says by itself");
  declare_settings(app, command->settings);
  declare_json(app, *json);
  return [command, json]() -> Result<Command> {
    command->output = output_of(*json);
    return *command;
  };
}

template <class Record>
Finish declare_with_settings(CLI::App& app) {
  auto command = std::make_shared<Record>();
  auto json = std::make_shared<bool>(false);
  declare_settings(app, command->settings);
  declare_json(app, *json);
  return [command, json]() -> Result<Command> {
    command->output = output_of(*json);
    return *command;
  };
}

Finish declare_lab_run(CLI::App& app) {
  auto command = std::make_shared<LabRunCommand>();
  app.add_option("SCENARIO", command->scenario, "A scenario file")->type_name("")->required();
  app.add_option("COMMAND", command->command, "After --: what to run inside (default: your shell)")->type_name("");
  return [command]() -> Result<Command> { return *command; };
}

Finish declare_version(CLI::App& app) {
  auto json = std::make_shared<bool>(false);
  declare_json(app, *json);
  return [json]() -> Result<Command> { return VersionCommand{.output = output_of(*json)}; };
}

Finish declare_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  app.add_option("SHELL", *shell, "bash, zsh or fish")->type_name("")->required();
  return [shell]() -> Result<Command> {
    if (*shell == "bash") return CompletionCommand{Shell::bash};
    if (*shell == "zsh") return CompletionCommand{Shell::zsh};
    if (*shell == "fish") return CompletionCommand{Shell::fish};
    return fail(ErrorKind::invalid,
                fmt::format("there is completion for bash, zsh and fish, not for \"{}\"", printable(*shell, 40)));
  };
}

struct CommandRow {
  std::string_view name;
  std::function<Finish(CLI::App&)> declare;
};

// By the names of command_help.
const std::vector<CommandRow>& command_rows() {
  using enum TargetAction;
  static const std::vector<CommandRow> rows{
      {"serve", declare_serve},
      {"demo", declare_demo},
      {"trace", declare_trace},
      {"ping", declare_ping},
      {"mtr", declare_mtr},
      {"survey", declare_survey},
      {"target add", [](CLI::App& app) { return declare_target(app, add); }},
      {"target remove", [](CLI::App& app) { return declare_target(app, remove); }},
      {"target list", [](CLI::App& app) { return declare_target(app, list); }},
      {"target import", [](CLI::App& app) { return declare_target(app, import); }},
      {"why", declare_why},
      {"export", declare_export},
      {"import", declare_import},
      {"queue status", [](CLI::App& app) { return declare_queue(app, QueueAction::status); }},
      {"queue peek", [](CLI::App& app) { return declare_queue(app, QueueAction::peek); }},
      {"queue retry", [](CLI::App& app) { return declare_queue(app, QueueAction::retry); }},
      {"queue drop", [](CLI::App& app) { return declare_queue(app, QueueAction::drop); }},
      {"settings list", [](CLI::App& app) { return declare_settings_command(app, SettingsAction::list); }},
      {"settings get", [](CLI::App& app) { return declare_settings_command(app, SettingsAction::get); }},
      {"settings set", [](CLI::App& app) { return declare_settings_command(app, SettingsAction::set); }},
      {"graph path", [](CLI::App& app) { return declare_graph(app, GraphAction::path); }},
      {"graph neighbours", [](CLI::App& app) { return declare_graph(app, GraphAction::neighbours); }},
      {"graph status", [](CLI::App& app) { return declare_graph(app, GraphAction::status); }},
      {"graph rebuild", [](CLI::App& app) { return declare_graph(app, GraphAction::rebuild); }},
      {"graph export", [](CLI::App& app) { return declare_graph(app, GraphAction::write); }},
      {"lookup", declare_lookup},
      {"data status", declare_with_settings<DataStatusCommand>},
      {"lab run", declare_lab_run},
      {"doctor", declare_with_settings<DoctorCommand>},
      {"version", declare_version},
      {"completion", declare_completion},
  };
  return rows;
}

std::unique_ptr<CLI::App> make_app(std::string_view name) {
  const auto* help = find_command_help(name);
  auto app = std::make_unique<CLI::App>(std::string(help->description), fmt::format("cyberwatch {}", name));
  app->footer(std::string(help->examples));
  app->get_formatter()->column_width(26);
  app->set_help_flag("-h,--help", "This text");
  return app;
}

std::string option_names(const CLI::App& app, std::string_view wrong) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto near = nearest_name(wrong.substr(0, wrong.find('=')), known);
  return near ? fmt::format("did you mean {}?", *near) : "";
}

Error explain(const CLI::App& app, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const auto extras = app.remaining();
    const auto wrong = extras.empty() ? std::string() : extras.front();
    const auto hint = option_names(app, wrong);
    return {ErrorKind::invalid, fmt::format("{} does not know \"{}\"; {}", app.get_name(), printable(wrong, 60),
                                            hint.empty() ? fmt::format("see `{} --help`", app.get_name()) : hint)};
  }
  return {ErrorKind::invalid, fmt::format("{}; see `{} --help`", printable(error.what(), 200), app.get_name())};
}

// What stands behind `--` is the command's own affair: it is not read here.
std::vector<std::string> cut_at_double_dash(std::vector<std::string>& arguments) {
  const auto dash = std::ranges::find(arguments, "--");
  if (dash == arguments.end()) return {};
  std::vector<std::string> rest(dash + 1, arguments.end());
  arguments.erase(dash, arguments.end());
  return rest;
}

Result<Command> parse_with(const CommandRow& row, std::vector<std::string> arguments) {
  auto app = make_app(row.name);
  const auto finish = row.declare(*app);
  const bool runs_another = row.name == "lab run";
  auto rest = runs_another ? cut_at_double_dash(arguments) : std::vector<std::string>{};
  std::ranges::reverse(arguments);  // as CLI11 wants them
  try {
    app->parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return HelpCommand{app->help()};
  } catch (const CLI::ParseError& error) {
    return std::unexpected(explain(*app, error));
  }
  auto command = TRY(finish());
  if (auto* lab = std::get_if<LabRunCommand>(&command); lab != nullptr && !rest.empty()) lab->command = std::move(rest);
  return command;
}

}  // namespace

Result<Command> parse_command_line(std::span<const std::string> arguments) {
  const auto is_help = [](const std::string& word) { return word == "--help" || word == "-h" || word == "help"; };
  if (arguments.empty() || is_help(arguments[0])) return HelpCommand{overview()};
  if (arguments[0] == "--version") return VersionCommand{};
  for (const auto& row : command_rows()) {
    const auto words = split(row.name, ' ');
    if (arguments.size() < words.size()) continue;
    if (!std::equal(words.begin(), words.end(), arguments.begin())) continue;
    return parse_with(row, {arguments.begin() + static_cast<std::ptrdiff_t>(words.size()), arguments.end()});
  }
  return explain_unknown_command(arguments);
}

std::vector<CommandOutline> outline_commands() {
  std::vector<CommandOutline> outlines;
  for (const auto& row : command_rows()) {
    const auto app = make_app(row.name);
    const auto finish = row.declare(*app);
    CommandOutline outline{.name = std::string(row.name),
                           .description = std::string(find_command_help(row.name)->description)};
    for (const auto* option : app->get_options()) {
      for (const auto& name : option->get_lnames()) outline.options.push_back("--" + name);
      for (const auto& name : option->get_snames()) outline.options.push_back("-" + name);
    }
    outlines.push_back(std::move(outline));
  }
  return outlines;
}

}  // namespace cw::app
