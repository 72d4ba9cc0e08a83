#include "app/command_line.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <functional>
#include <memory>

#include "app/command_help.hpp"
#include "app/probe_texts.hpp"
#include "core/text.hpp"

namespace cw::app {
namespace {

using std::chrono::milliseconds;

// Makes the record once everything was read.
using Finish = std::function<Result<Command>()>;

void declare_json(CLI::App& app, bool& json) { app.add_flag("--json", json, "JSON Lines on stdout and nothing else"); }

void declare_family(CLI::App& app, bool& only_v4, bool& only_v6) {
  auto* v4 = app.add_flag("-4", only_v4, "IPv4 only");
  app.add_flag("-6", only_v6, "IPv6 only")->excludes(v4);
}

void declare_settings(CLI::App& app, SettingArguments& settings) {
  app.add_option("--config", settings.config, "Settings file (default /etc/cyberwatch/cyberwatch.toml)")
      ->type_name("FILE");
  const auto set_store = [&settings](const std::string& url) { settings.overrides.push_back({"store.url", url}); };
  app.add_option_function<std::string>("--store", set_store, "Where measurements are kept")->type_name("FILE|URL");
  const auto set_any = [&settings](const std::vector<std::string>& assignments) {
    for (const auto& assignment : assignments) {
      const auto equals = assignment.find('=');
      if (equals == std::string::npos) throw CLI::ValidationError("--set", "KEY=VALUE is wanted, not " + assignment);
      settings.overrides.push_back({assignment.substr(0, equals), assignment.substr(equals + 1)});
    }
  };
  app.add_option_function<std::vector<std::string>>("--set", set_any, "A setting for this run")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void declare_probe(CLI::App& app, ProbeTexts& texts, std::string_view target_help) {
  app.add_option("TARGET", texts.probe.targets, std::string(target_help))->type_name("");
  declare_family(app, texts.only_v4, texts.only_v6);
  app.add_option("--method", texts.method, "icmp or udp")->type_name("NAME")->capture_default_str();
  app.add_option("--port", texts.port, "UDP destination port (default 33434)")
      ->type_name("N")
      ->check(CLI::Range(1, 65535));
  app.add_option("--flow", texts.probe.flow, "Which of the load-balanced flows")
      ->type_name("N")
      ->check(CLI::Range(0, 65535));
  app.add_option("--timeout", texts.timeout_ms, "Longest wait for an answer; what was seen usually ends it sooner")
      ->type_name("MS")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str();
  app.add_option("--pps", texts.probe.packets_per_second, "Packets a second, all targets together; 0 is no limit")
      ->type_name("N")
      ->check(CLI::Range(0, 10'000'000))
      ->capture_default_str();
  app.add_option("--prober", texts.prober, "native")->type_name("NAME")->capture_default_str();
  declare_json(app, texts.json);
}

void declare_file(CLI::App& app, ProbeTexts& texts) {
  app.add_option("--file", texts.probe.file, "One target a line, # begins a comment; - is stdin")->type_name("LIST");
}

Finish declare_serve(CLI::App& app) {
  auto command = std::make_shared<ServeCommand>();
  auto roles = std::make_shared<std::vector<std::string>>();
  declare_settings(app, command->settings);
  app.add_option("--role", *roles, "Only this role: api, scheduler or worker; may be repeated")
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

Finish declare_trace(CLI::App& app) {
  auto command = std::make_shared<TraceCommand>();
  auto texts = std::make_shared<ProbeTexts>();
  declare_probe(app, *texts, "Addresses or host names");
  declare_file(app, *texts);
  const auto ttl = [&app](const char* name, int& value, const char* help) {
    app.add_option(name, value, help)->type_name("N")->check(CLI::Range(1, 255))->capture_default_str();
  };
  ttl("--first-ttl", command->first_ttl, "TTL to begin with");
  ttl("--max-ttl", command->max_ttl, "TTL to end with");
  ttl("--gap-limit", command->gap_limit, "Silent TTLs in a row that end the trace");
  app.add_option("--attempts", command->attempts, "Most probes for a TTL that stays silent")
      ->type_name("N")
      ->check(CLI::Range(1, 10))
      ->capture_default_str();
  app.add_flag("--mda", texts->mda, "All load-balanced paths (not in this build)");
  return [command, texts]() -> Result<Command> {
    command->probe = TRY(finish_probe(*texts));
    if (command->first_ttl > command->max_ttl)
      return fail(ErrorKind::invalid, "--first-ttl must not be above --max-ttl");
    return *command;
  };
}

Finish declare_ping(CLI::App& app) {
  auto command = std::make_shared<PingCommand>();
  auto texts = std::make_shared<ProbeTexts>();
  auto interval_ms = std::make_shared<int>(1000);
  declare_probe(app, *texts, "Addresses or host names");
  declare_file(app, *texts);
  app.add_option("--count,-c", command->count, "Probes to each target")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  app.add_option("--interval", *interval_ms, "Between two probes to one target")
      ->type_name("MS")
      ->check(CLI::Range(1, 3'600'000))
      ->capture_default_str();
  return [command, texts, interval_ms]() -> Result<Command> {
    command->probe = TRY(finish_probe(*texts));
    command->interval = milliseconds(*interval_ms);
    return *command;
  };
}

Finish declare_mtr(CLI::App& app) {
  auto command = std::make_shared<MtrCommand>();
  auto texts = std::make_shared<ProbeTexts>();
  auto interval_ms = std::make_shared<int>(1000);
  declare_probe(app, *texts, "Address or host name");
  app.add_option("--count,-c", command->count, "Rounds (default: until q on a terminal, else 10)")
      ->type_name("N")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--interval", *interval_ms, "Between two rounds")
      ->type_name("MS")
      ->check(CLI::Range(1, 3'600'000))
      ->capture_default_str();
  app.add_option("--max-ttl", command->max_ttl, "TTL to end with")
      ->type_name("N")
      ->check(CLI::Range(1, 255))
      ->capture_default_str();
  return [command, texts, interval_ms]() -> Result<Command> {
    command->probe = TRY(finish_probe(*texts));
    if (command->probe.targets.size() != 1) return fail(ErrorKind::invalid, "mtr takes one TARGET");
    command->interval = milliseconds(*interval_ms);
    return *command;
  };
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
      {"target add", [](CLI::App& app) { return declare_target(app, add); }},
      {"target remove", [](CLI::App& app) { return declare_target(app, remove); }},
      {"target list", [](CLI::App& app) { return declare_target(app, list); }},
      {"target import", [](CLI::App& app) { return declare_target(app, import); }},
      {"settings list", [](CLI::App& app) { return declare_settings_command(app, SettingsAction::list); }},
      {"settings get", [](CLI::App& app) { return declare_settings_command(app, SettingsAction::get); }},
      {"settings set", [](CLI::App& app) { return declare_settings_command(app, SettingsAction::set); }},
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
