#pragma once

// What the command line asked for, as plain records: one struct a command, its members the options with their
// defaults. The library that reads the command line stays behind `parse_command_line`.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "app/settings_loader.hpp"
#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/uuid.hpp"
#include "model/measurement_request.hpp"

namespace cw::app {

enum class Output : std::uint8_t { text, json_lines };

// --config, --store and --set: what every command takes that reads the settings.
struct SettingArguments {
  std::optional<std::string> config;
  std::vector<SettingOverride> overrides;
};

struct ServeCommand {
  SettingArguments settings;
  std::vector<std::string> targets;  // files or presets
  bool sample_config = false;        // print it and end
};

struct DemoCommand {
  std::uint16_t port = 0;
  std::string store = "sqlite::memory:";
  std::optional<std::string> scenario;
};

// How probes leave this machine.
struct WireArguments {
  std::string kind = "auto";        // auto, ring, raw or datagram
  std::optional<IpAddress> source;  // the probes' own address
  std::string interface_name;       // empty: as the routes say
  std::string identity;             // text in every probe; empty: none
};

// What trace, ping and mtr have in common.
struct ProbeArguments {
  std::vector<std::string> targets;
  std::optional<std::string> file;  // "-": stdin
  std::optional<Family> family;
  Method method = Method::icmp;
  std::optional<std::uint16_t> port;
  std::uint16_t flow = 0;
  int packets_per_second = 1000;  // 0: as fast as the kernel takes them
  Duration timeout = std::chrono::seconds(1);
  std::uint8_t dscp = 0;
  WireArguments wire;
  std::string prober = "native";
  RawOutput raw_output = RawOutput::drop;
  Output output = Output::text;
};

struct TraceCommand {
  ProbeArguments probe;
  int first_ttl = 1;
  int max_ttl = 30;
  int attempts = 2;
  int gap_limit = 5;
  Multipath multipath = Multipath::off;
  int confidence_percent = 95;
  MtuSearch mtu_search = MtuSearch::off;
  KnownHops known_hops = KnownHops::probe;
};

struct PingCommand {
  ProbeArguments probe;
  int count = 5;
  Duration interval = std::chrono::seconds(1);
};

struct MtrCommand {
  ProbeArguments probe;
  std::optional<int> count;  // on a terminal: until q; else 10
  Duration interval = std::chrono::seconds(1);
  int max_ttl = 30;
};

struct SurveyCommand {
  std::vector<std::string> lists;  // files of prefixes and addresses; "-": stdin
  std::string output;              // a file that replies are appended to
  bool resume = false;
  Method method = Method::icmp;
  std::optional<std::uint16_t> port;
  std::uint8_t dscp = 0;
  int packets_per_second = 1000;
  int max_ttl = 30;
  WireArguments wire;
  std::optional<std::uint64_t> seed;  // of the order; else from the system
  SettingArguments settings;          // whose policy says what is left out
};

struct ExportCommand {
  std::string measurement;
  std::string format = "json";
  SettingArguments settings;
};

struct ImportCommand {
  std::vector<std::string> files;  // "-": stdin
  bool store = false;              // else they are printed in our own JSON
  SettingArguments settings;
};

struct WhyCommand {
  std::string address;
  SettingArguments settings;
  Output output = Output::text;
};

enum class TargetAction : std::uint8_t { add, remove, list, import };

struct TargetCommand {
  TargetAction action = TargetAction::list;
  SettingArguments settings;
  std::vector<std::string> targets;  // addresses, names; for import: files or presets
  std::optional<Family> family;
  std::vector<std::string> labels;
  std::optional<int> interval_seconds;
  int priority = 5;
  std::string prober;  // empty: the node's own order
  std::string kind = "trace";
  Output output = Output::text;
};

enum class QueueAction : std::uint8_t { status, peek, retry, drop };
enum class QueueJobs : std::uint8_t { waiting, dead, named };

struct QueueCommand {
  QueueAction action = QueueAction::status;
  SettingArguments settings;
  QueueJobs jobs = QueueJobs::waiting;  // which are shown, tried again or removed
  std::vector<Uuid> ids;                // the named ones
  int most = 20;                        // that are shown
  Output output = Output::text;
};

enum class SettingsAction : std::uint8_t { list, get, set };

struct SettingsCommand {
  SettingsAction action = SettingsAction::list;
  SettingArguments settings;
  std::string key;
  std::string value;
  Output output = Output::text;
};

enum class GraphAction : std::uint8_t { path, neighbours, status, rebuild, write };

struct GraphCommand {
  GraphAction action = GraphAction::status;
  SettingArguments settings;
  std::vector<Asn> networks;       // of a path: from, to; of neighbours: one
  bool any_way = false;            // a path may go against the direction of travel
  int most = 50;                   // neighbours
  std::string format = "graphml";  // of what is written
  Output output = Output::text;
};

struct LookupCommand {
  std::vector<std::string> subjects;
  bool sources = false;  // what each source says by itself
  SettingArguments settings;
  Output output = Output::text;
};

struct DataStatusCommand {
  SettingArguments settings;
  Output output = Output::text;
};

struct LabRunCommand {
  std::string scenario;
  std::vector<std::string> command;  // empty: the shell
};

struct DoctorCommand {
  SettingArguments settings;
  Output output = Output::text;
};

struct VersionCommand {
  Output output = Output::text;
};

enum class Shell : std::uint8_t { bash, zsh, fish };

struct CompletionCommand {
  Shell shell = Shell::bash;
};

// --help: said on stdout, and all is well.
struct HelpCommand {
  std::string text;
};

using Command =
    std::variant<ServeCommand, DemoCommand, TraceCommand, PingCommand, MtrCommand, SurveyCommand, TargetCommand,
                 WhyCommand, ExportCommand, ImportCommand, QueueCommand, SettingsCommand, GraphCommand, LookupCommand,
                 DataStatusCommand, LabRunCommand, DoctorCommand, VersionCommand, CompletionCommand, HelpCommand>;

// Arguments without the program's name. `invalid`, in one line that says what to do, for everything wrong;
// `unsupported` for what this build does not have.
Result<Command> parse_command_line(std::span<const std::string> arguments);

// For shell completion: every command ("target add") with its options ("--json").
struct CommandOutline {
  std::string name;
  std::string description;
  std::vector<std::string> options;
};
std::vector<CommandOutline> outline_commands();

}  // namespace cw::app
