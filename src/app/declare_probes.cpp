#include <memory>

#include "app/declare_options.hpp"
#include "app/probe_texts.hpp"

namespace cw::app {
namespace {

using std::chrono::milliseconds;

// --identity says to whoever looks at a probe whom to ask about it.
void declare_wire(CLI::App& app, WireArguments& wire, std::string& source) {
  app.add_option("--source", source, "This machine's address that the probes leave from")->type_name("ADDRESS");
  app.add_option("--interface", wire.interface_name, "The interface that they leave by")->type_name("NAME");
  app.add_option("--identity", wire.identity, "A text in every probe, such as an address for questions")
      ->type_name("TEXT");
  app.add_option("--wire", wire.kind, "How packets leave: auto, ring, raw or datagram")
      ->type_name("NAME")
      ->check(CLI::IsMember({"auto", "ring", "raw", "datagram"}))
      ->capture_default_str();
}

void declare_method(CLI::App& app, ProbeTexts& texts) {
  app.add_option("--method", texts.method, "icmp, udp, tcp (SYN) or tcp-ack")->type_name("NAME")->capture_default_str();
  app.add_option("--port", texts.port, "Destination port (default: 33434 for UDP, 80 for TCP)")
      ->type_name("N")
      ->check(CLI::Range(1, 65535));
}

void declare_dscp(CLI::App& app, std::uint8_t& dscp) {
  app.add_option("--dscp", dscp, "Differentiated services code point of the probes")
      ->type_name("N")
      ->check(CLI::Range(0, 63));
}

void declare_probe(CLI::App& app, ProbeTexts& texts, std::string_view target_help) {
  app.add_option("TARGET", texts.probe.targets, std::string(target_help))->type_name("");
  declare_family(app, texts.only_v4, texts.only_v6);
  declare_method(app, texts);
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
  declare_dscp(app, texts.probe.dscp);
  declare_wire(app, texts.probe.wire, texts.source);
  app.add_option("--prober", texts.probe.prober, "native, scamper, mtr, traceroute, ping or nping")
      ->type_name("NAME")
      ->capture_default_str();
  app.add_flag("--raw", texts.raw_output, "Keep what another program printed, in the JSON");
  declare_json(app, texts.json);
}

void declare_file(CLI::App& app, ProbeTexts& texts) {
  app.add_option("--file", texts.probe.file, "One target a line, # begins a comment; - is stdin")->type_name("LIST");
}

}  // namespace

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
  app.add_flag("--mda", texts->mda, "All load-balanced paths, as a graph");
  app.add_option("--confidence", command->confidence_percent, "With --mda: that no branch was missed at a hop")
      ->type_name("95|99")
      ->check(CLI::IsMember({95, 99}))
      ->capture_default_str();
  app.add_flag("--pmtu", texts->pmtu, "Also the largest packet the path carries, and who limits it");
  app.add_flag("--join", texts->join, "Joins hops that neighbours' traces have just seen, marked as inferred");
  return [command, texts]() -> Result<Command> {
    command->probe = TRY(finish_probe(*texts));
    if (texts->mda && texts->pmtu) return fail(ErrorKind::invalid, "--pmtu looks along one path: say it without --mda");
    command->multipath = texts->mda ? Multipath::on : Multipath::off;
    command->mtu_search = texts->pmtu ? MtuSearch::on : MtuSearch::off;
    command->known_hops = texts->join ? KnownHops::join : KnownHops::probe;
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

Finish declare_survey(CLI::App& app) {
  auto command = std::make_shared<SurveyCommand>();
  auto texts = std::make_shared<ProbeTexts>();
  app.add_option("LIST", command->lists, "Files of prefixes and addresses, one a line; - is stdin")
      ->type_name("")
      ->required();
  app.add_option("--output", command->output, "File that every reply is appended to, as JSON Lines")
      ->type_name("FILE")
      ->required();
  app.add_flag("--resume", command->resume, "Goes on where FILE was left");
  declare_method(app, *texts);
  app.add_option("--pps", command->packets_per_second, "Packets a second; 0 is no limit")
      ->type_name("N")
      ->check(CLI::Range(0, 10'000'000))
      ->capture_default_str();
  app.add_option("--max-ttl", command->max_ttl, "TTL to end with")
      ->type_name("N")
      ->check(CLI::Range(1, 32))
      ->capture_default_str();
  app.add_option("--seed", command->seed, "Of the order and the addresses, to have the same again")->type_name("N");
  declare_dscp(app, command->dscp);
  declare_wire(app, command->wire, texts->source);
  declare_settings(app, command->settings);
  return [command, texts]() -> Result<Command> {
    const auto wanted = TRY(finish_method(*texts));
    command->method = wanted.method;
    command->port = wanted.port;
    TRY(finish_wire(command->wire, texts->source));
    return *command;
  };
}

}  // namespace cw::app
