#include "ports/probe/traceroute/traceroute_tool.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "ports/probe/tool_ports.hpp"
#include "ports/probe/tool_record.hpp"
#include "ports/probe/tool_text.hpp"
#include "ports/probe/traceroute/traceroute_report.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

constexpr int probes_at_once = 16;

Result<std::string> version(std::string_view output) {
  const auto found = text_after(output, "Modern traceroute for Linux, version ", " ,\n");
  if (!found)
    return fail(ErrorKind::unsupported,
                "this traceroute is not the one of Debian's package traceroute: `apt install traceroute`");
  return std::string(*found);
}

Result<> check(const MeasurementRequest& request) {
  TRY(check_plain(request, "traceroute"));
  if (request.kind != Kind::trace) return fail(ErrorKind::unsupported, "traceroute only traces; mtr does rounds");
  if (request.method == Method::tcp_ack)
    return fail(ErrorKind::unsupported, "traceroute sends no TCP ACK probes here; the native prober does");
  return {};
}

std::vector<std::string> method_arguments(const MeasurementRequest& request) {
  const auto port = std::to_string(destination_port_of(request));
  const auto source = "--sport=" + std::to_string(source_port_of(request));
  switch (request.method) {
    case Method::icmp:
      return {"-I", "-N", std::to_string(probes_at_once)};
    case Method::udp:
      return {"-U", "-p", port, source};
    case Method::tcp:
    case Method::tcp_ack:
      return {"-T", "-O", "info", "-p", port, source};
  }
  return {};
}

std::vector<std::string> arguments(const MeasurementRequest& request) {
  std::vector<std::string> words{"-n", "-e", request.address.is_v4() ? "-4" : "-6"};
  for (auto& word : method_arguments(request)) words.push_back(std::move(word));
  const auto add = [&](std::string_view option, std::string value) {
    words.emplace_back(option);
    words.push_back(std::move(value));
  };
  add("-q", std::to_string(request.attempts));
  add("-w", seconds_argument(request.timeout));
  add("-f", std::to_string(request.first_ttl.value));
  add("-m", std::to_string(request.max_ttl.value));
  if (request.probe_spacing > Duration{}) add("-z", seconds_argument(request.probe_spacing));
  if (request.dscp != 0) add("-t", std::to_string(request.dscp << 2));
  words.push_back(request.address.to_string());
  return words;
}

Duration time_limit(const MeasurementRequest& request) {
  const int probes = request.attempts * (request.max_ttl.value - request.first_ttl.value + 1);
  const int turns = request.method == Method::icmp ? (probes + probes_at_once - 1) / probes_at_once : probes;
  return request.timeout * turns + request.probe_spacing * probes + 15s;
}

Result<ToolProbe> to_tool_probe(const MeasurementRequest& request, TracerouteProbe&& probe) {
  ToolProbe result{.ttl = probe.ttl, .attempt = probe.attempt};
  if (!probe.from) return result;
  auto reply = presumed_reply(request, *probe.from, probe.rtt, probe.attempt);
  if (reply.tcp_flags && probe.tcp_flags) reply.tcp_flags = probe.tcp_flags;
  if (!probe.mark.empty()) {
    const auto mark = TRY(read_mark(probe.mark, probe.from->family()));
    reply.tcp_flags.reset();
    reply.icmp_type = mark.icmp_type;
    reply.icmp_code = mark.icmp_code;
    reply.next_hop_mtu = mark.mtu;
  }
  reply.mpls = std::move(probe.mpls);
  result.reply = std::move(reply);
  return result;
}

Result<Measurement> read(const ToolReport& report) {
  auto said = TRY(parse_traceroute(report.outcome.output));
  std::vector<ToolProbe> probes;
  probes.reserve(said.size());
  for (auto& probe : said) probes.push_back(TRY(to_tool_probe(report.request, std::move(probe))));
  return record_path(report, std::move(probes));
}

}  // namespace

Tool traceroute_tool() {
  return {.name = "traceroute",
          .program = "traceroute",
          .package = "traceroute",
          .version_arguments = {"--version"},
          .version = version,
          .check = check,
          .arguments = arguments,
          .read = read,
          .time_limit = time_limit};
}

}  // namespace cw::probe
