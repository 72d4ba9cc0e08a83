#include "app/command_line.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "app/command_help.hpp"
#include "core/text.hpp"

namespace cw::app {
namespace {

Result<Command> parse(std::string_view line) {
  std::vector<std::string> arguments;
  for (const auto word : split(line, ' '))
    if (!word.empty()) arguments.emplace_back(word);
  return parse_command_line(arguments);
}

template <class Record>
Record parsed(std::string_view line) {
  const auto command = parse(line);
  EXPECT_TRUE(command) << line << ": " << command.error().message;
  const auto* record = command ? std::get_if<Record>(&*command) : nullptr;
  EXPECT_NE(record, nullptr) << line;
  return record == nullptr ? Record{} : *record;
}

std::string refusal(std::string_view line, ErrorKind kind = ErrorKind::invalid) {
  const auto command = parse(line);
  EXPECT_FALSE(command) << line;
  if (command) return "";
  EXPECT_EQ(command.error().kind, kind) << line;
  EXPECT_EQ(command.error().message.find('\n'), std::string::npos) << line;
  return command.error().message;
}

TEST(CommandLine, a_trace_has_the_defaults_of_the_contract) {
  const auto trace = parsed<TraceCommand>("trace www.example.net");
  EXPECT_EQ(trace.probe.targets, std::vector<std::string>{"www.example.net"});
  EXPECT_EQ(trace.probe.method, Method::icmp);
  EXPECT_FALSE(trace.probe.family);
  EXPECT_EQ(trace.probe.packets_per_second, 1000);
  EXPECT_EQ(trace.probe.output, Output::text);
  EXPECT_EQ(trace.max_ttl, 30);
}

TEST(CommandLine, a_trace_takes_every_option_of_the_contract) {
  const auto trace = parsed<TraceCommand>(
      "trace a.example -6 --method udp --port 33500 --first-ttl 2 --max-ttl 20 --attempts 3 --gap-limit 4 --timeout "
      "250 "
      "--flow 7 --prober native --pps 0 --file - --json b.example");
  EXPECT_EQ(trace.probe.targets, (std::vector<std::string>{"a.example", "b.example"}));
  EXPECT_EQ(trace.probe.family, Family::v6);
  EXPECT_EQ(trace.probe.method, Method::udp);
  EXPECT_EQ(trace.probe.port, 33500);
  EXPECT_EQ(trace.first_ttl, 2);
  EXPECT_EQ(trace.max_ttl, 20);
  EXPECT_EQ(trace.attempts, 3);
  EXPECT_EQ(trace.gap_limit, 4);
  EXPECT_EQ(trace.probe.timeout, std::chrono::milliseconds(250));
  EXPECT_EQ(trace.probe.flow, 7);
  EXPECT_EQ(trace.probe.packets_per_second, 0);
  EXPECT_EQ(trace.probe.file, "-");
  EXPECT_EQ(trace.probe.output, Output::json_lines);
}

TEST(CommandLine, the_name_of_a_command_may_be_a_target) {
  EXPECT_EQ(parsed<TraceCommand>("trace demo").probe.targets, std::vector<std::string>{"demo"});
}

TEST(CommandLine, how_to_probe_is_read_into_the_request) {
  const auto command = parsed<TraceCommand>(
      "trace 192.0.2.1 --method tcp-ack --port 443 --mda --confidence 99 --join --dscp 46 --prober scamper --raw "
      "--source 192.0.2.9 --interface eth0 --wire raw");
  EXPECT_EQ(command.probe.method, Method::tcp_ack);
  EXPECT_EQ(command.probe.port, 443);
  EXPECT_EQ(command.multipath, Multipath::on);
  EXPECT_EQ(command.confidence_percent, 99);
  EXPECT_EQ(command.known_hops, KnownHops::join);
  EXPECT_EQ(command.probe.dscp, 46);
  EXPECT_EQ(command.probe.prober, "scamper");
  EXPECT_EQ(command.probe.raw_output, RawOutput::keep);
  EXPECT_EQ(command.probe.wire.source, IpAddress::parse("192.0.2.9").value());
  EXPECT_EQ(command.probe.wire.interface_name, "eth0");
  EXPECT_EQ(command.probe.wire.kind, "raw");
  EXPECT_EQ(parsed<TraceCommand>("trace 192.0.2.1 --pmtu").mtu_search, MtuSearch::on);
}

TEST(CommandLine, a_survey_takes_method_port_and_class_as_a_trace_does) {
  const auto command =
      parsed<SurveyCommand>("survey list.txt --output replies.jsonl --method tcp-ack --port 443 --dscp 46");
  EXPECT_EQ(command.method, Method::tcp_ack);
  EXPECT_EQ(command.port, 443);
  EXPECT_EQ(command.dscp, 46);
  const auto plain = parsed<SurveyCommand>("survey list.txt --output replies.jsonl");
  EXPECT_EQ(plain.method, Method::icmp);
  EXPECT_FALSE(plain.port);
  EXPECT_EQ(plain.dscp, 0);
  EXPECT_NE(refusal("survey list.txt --output replies.jsonl --port 443").find("--method udp"), std::string::npos);
  EXPECT_NE(refusal("survey list.txt --output replies.jsonl --dscp 64").find("0 to 63"), std::string::npos);
}

TEST(CommandLine, what_does_not_go_together_is_said_in_one_line) {
  EXPECT_NE(refusal("trace 192.0.2.1 --mda --pmtu").find("without --mda"), std::string::npos);
  EXPECT_NE(refusal("trace 192.0.2.1 --dscp 64").find("0 to 63"), std::string::npos);
  EXPECT_NE(refusal("trace 192.0.2.1 --source nonsense").find("nonsense"), std::string::npos);
  EXPECT_NE(refusal("trace 192.0.2.1 --identity " + std::string(65, 'x')).find("64"), std::string::npos);
  EXPECT_NE(refusal("trace 192.0.2.1 --wire pigeon").find("pigeon"), std::string::npos);
  refusal("survey list.txt");
}

TEST(CommandLine, what_is_out_of_bounds_is_refused_with_the_bounds) {
  EXPECT_NE(refusal("trace 192.0.2.1 --max-ttl 256").find("1 to 255"), std::string::npos);
  EXPECT_NE(refusal("trace 192.0.2.1 --first-ttl 9 --max-ttl 8").find("--first-ttl"), std::string::npos);
  EXPECT_NE(refusal("trace 192.0.2.1 --timeout 0").find("--timeout"), std::string::npos);
  EXPECT_NE(refusal("trace 192.0.2.1 --port 80").find("--method udp"), std::string::npos);
  EXPECT_NE(refusal("trace 192.0.2.1 --method udp --port 65536").find("65535"), std::string::npos);
  EXPECT_NE(refusal("trace 192.0.2.1 --pps lots").find("--pps"), std::string::npos);
  EXPECT_NE(refusal("trace 192.0.2.1 --flow -1").find("--flow"), std::string::npos);
  refusal("trace -4 -6 192.0.2.1");
  refusal("ping 192.0.2.1 --count 0");
  refusal("mtr 192.0.2.1 192.0.2.2");
  refusal("trace");
  refusal("mtr");
}

TEST(CommandLine, a_mistyped_option_or_command_is_answered_with_the_nearest_name) {
  EXPECT_NE(refusal("trace 192.0.2.1 --max-tll 3").find("did you mean --max-ttl?"), std::string::npos);
  EXPECT_NE(refusal("trcae 192.0.2.1").find("did you mean `cyberwatch trace`?"), std::string::npos);
  EXPECT_NE(refusal("target ad 192.0.2.1").find("did you mean `cyberwatch target add`?"), std::string::npos);
  refusal("target");
  refusal("frobnicate");
}

TEST(CommandLine, every_command_has_help_with_its_options) {
  for (const auto& help : command_helps()) {
    const auto text = parsed<HelpCommand>(fmt::format("{} --help", help.name)).text;
    EXPECT_NE(text.find(help.description), std::string::npos) << help.name;
    EXPECT_NE(text.find(help.examples), std::string::npos) << help.name;
    EXPECT_NE(parsed<HelpCommand>("--help").text.find(help.description), std::string::npos) << help.name;
  }
  EXPECT_FALSE(parsed<HelpCommand>("target --help").text.empty());
  EXPECT_FALSE(parsed<HelpCommand>("").text.empty());
}

TEST(CommandLine, serve_turns_its_options_into_settings) {
  const auto serve = parsed<ServeCommand>(
      "serve --config a.toml --role api --role worker --port 81 --store /srv/a.db --set vantage.name=attic --targets "
      "resolvers "
      "--targets list.txt");
  EXPECT_EQ(serve.settings.config, "a.toml");
  EXPECT_EQ(serve.targets, (std::vector<std::string>{"resolvers", "list.txt"}));
  Settings settings;
  for (const auto& [key, value] : serve.settings.overrides)
    EXPECT_TRUE(settings.set(key, value, SettingOrigin::command_line)) << key;
  EXPECT_EQ(settings.words("node.roles"), (std::vector<std::string>{"api", "worker"}));
  EXPECT_EQ(settings.whole_number("listen.port"), 81);
  EXPECT_EQ(settings.text("store.url"), "/srv/a.db");
  EXPECT_EQ(settings.text("vantage.name"), "attic");
  refusal("serve --set vantage.name");
}

TEST(CommandLine, a_target_is_added_with_its_labels_and_interval) {
  const auto target = parsed<TargetCommand>("target add a.example b.example --label web --label mine --interval 60 -4");
  EXPECT_EQ(target.action, TargetAction::add);
  EXPECT_EQ(target.targets.size(), 2u);
  EXPECT_EQ(target.labels, (std::vector<std::string>{"web", "mine"}));
  EXPECT_EQ(target.interval_seconds, 60);
  EXPECT_EQ(target.family, Family::v4);
  refusal("target add");
}

TEST(CommandLine, what_follows_two_dashes_is_left_to_the_lab) {
  const auto lab = parsed<LabRunCommand>("lab run a.toml -- traceroute -n --help 203.0.113.1");
  EXPECT_EQ(lab.scenario, "a.toml");
  EXPECT_EQ(lab.command, (std::vector<std::string>{"traceroute", "-n", "--help", "203.0.113.1"}));
  EXPECT_TRUE(parsed<LabRunCommand>("lab run a.toml").command.empty());
}

TEST(CommandLine, the_outline_names_the_options_of_each_command) {
  bool found = false;
  for (const auto& command : outline_commands()) {
    if (command.name != "trace") continue;
    found = true;
    EXPECT_NE(std::ranges::find(command.options, "--gap-limit"), command.options.end());
    EXPECT_NE(std::ranges::find(command.options, "-6"), command.options.end());
  }
  EXPECT_TRUE(found);
  EXPECT_EQ(outline_commands().size(), command_helps().size());
}

TEST(CommandLine, jobs_of_the_queue_are_named_or_all_dead_ones_are_meant) {
  constexpr std::string_view id = "0198c0de-1234-7000-8000-000000000000";
  const auto named = parsed<QueueCommand>(fmt::format("queue retry {} --json", id));
  EXPECT_EQ(named.action, QueueAction::retry);
  EXPECT_EQ(named.jobs, QueueJobs::named);
  EXPECT_EQ(named.ids, std::vector{*Uuid::parse(id)});
  EXPECT_EQ(named.output, Output::json_lines);
  EXPECT_EQ(parsed<QueueCommand>("queue drop --all").jobs, QueueJobs::dead);
  EXPECT_EQ(parsed<QueueCommand>("queue peek").jobs, QueueJobs::waiting);
  EXPECT_EQ(parsed<QueueCommand>("queue peek --dead --most 7").most, 7);
  EXPECT_NE(refusal("queue drop").find("--all"), std::string::npos);
  EXPECT_NE(refusal(fmt::format("queue drop --all {}", id)).find("not both"), std::string::npos);
  refusal("queue retry 12");
  refusal("queue peek --most 0");
}

}  // namespace
}  // namespace cw::app
