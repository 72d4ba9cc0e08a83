#include "ports/probe/nping/nping_tool.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "platform/privileges.hpp"
#include "ports/probe/native/ping_task.hpp"
#include "ports/probe/nping/nping_report.hpp"
#include "ports/probe/tool_ports.hpp"
#include "ports/probe/tool_record.hpp"
#include "ports/probe/tool_text.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

Result<std::string> version(std::string_view output) {
  const auto found = text_after(output, "Nping version ", " \n");
  if (!found) return fail(ErrorKind::unsupported, "this nping is not that of nmap: `apt install nmap`");
  return std::string(*found);
}

Result<> check(const MeasurementRequest& request) {
  TRY(check_plain(request, "nping"));
  if (request.kind != Kind::ping) return fail(ErrorKind::unsupported, "nping only pings; mtr and traceroute trace");
  if (!request.address.is_v4())
    return fail(ErrorKind::unsupported, "nping has no IPv6 without Ethernet addresses; ping and the native prober do");
  if (!platform::current_privileges().has_net_raw)
    return fail(ErrorKind::unsupported, "nping needs raw sockets: run `setcap cap_net_raw+ep` on the node's binary");
  return {};
}

std::vector<std::string> method_arguments(const MeasurementRequest& request) {
  const auto port = std::to_string(destination_port_of(request));
  const auto source = std::to_string(source_port_of(request));
  switch (request.method) {
    case Method::icmp:
      return {"--icmp", "--icmp-id", source};
    case Method::udp:
      return {"--udp", "-p", port, "-g", source};
    case Method::tcp:
      return {"--tcp", "--flags", "syn", "-p", port, "-g", source};
    case Method::tcp_ack:
      return {"--tcp", "--flags", "ack", "-p", port, "-g", source};
  }
  return {};
}

// nping 0.7.93 takes in one packet for each that it sends: any ICMP that is for somebody else would be counted as that
// one, and the answer as lost. So only what answers these probes may pass: it comes from the target, or it is an ICMP
// error that quotes one of them (the quoted IPv4 header begins at byte 8, the header behind it at 28).
std::string capture_filter(const MeasurementRequest& request) {
  const auto target = request.address.to_string();
  const auto quoted_target = request.address.v4_value();
  const auto source = source_port_of(request);
  if (request.method == Method::icmp)
    return fmt::format(
        "icmp and ((src host {0} and icmp[0] = 0 and icmp[4:2] = {2}) or (icmp[24:4] = {1} and icmp[32:2] = {2}))",
        target, quoted_target, source);
  return fmt::format(
      "(src host {0} and {3} and src port {4} and dst port {2}) or (icmp and icmp[24:4] = {1} and icmp[28:2] = {2})",
      target, quoted_target, source, is_tcp(request.method) ? "tcp" : "udp", destination_port_of(request));
}

// Only echo replies say which probe they answer; others have to come before the next one is sent.
Duration delay_of(const MeasurementRequest& request) {
  return request.method == Method::icmp ? request.interval : std::max(request.interval, request.timeout);
}

std::vector<std::string> arguments(const MeasurementRequest& request) {
  // --privileged: it looks at the user and not at the capability. --send-ip: it need not know any Ethernet address.
  std::vector<std::string> words{"-4", "--privileged", "--send-ip", "-v2"};
  for (auto& word : method_arguments(request)) words.push_back(std::move(word));
  const auto add = [&](std::string_view option, std::string value) {
    words.emplace_back(option);
    words.push_back(std::move(value));
  };
  add("-c", std::to_string(request.count));
  add("--delay", fmt::format("{}ms", std::chrono::ceil<std::chrono::milliseconds>(delay_of(request)).count()));
  add("--bpf-filter", capture_filter(request));
  add("--ttl", std::to_string(ping_ttl.value));
  if (request.dscp != 0) add("--tos", std::to_string(request.dscp << 2));
  words.push_back(request.address.to_string());
  return words;
}

Duration time_limit(const MeasurementRequest& request) {
  return delay_of(request) * request.count + 2 * request.timeout + 15s;
}

Result<Measurement> read(const ToolReport& report) {
  const auto packets = TRY(parse_nping(report.outcome.output));
  const auto sent = std::ranges::count(packets, NpingPacket::Direction::sent, &NpingPacket::direction);
  if (sent > report.request.count) return fail(ErrorKind::invalid, "nping sent more probes than it was asked for");
  auto replies = TRY(match_nping(packets, report.request.timeout));
  auto measurement = record_ping(report, static_cast<int>(sent), std::move(replies), {});
  for (const auto& packet : packets)
    if (packet.direction == NpingPacket::Direction::sent) measurement.source = packet.from;
  return measurement;
}

}  // namespace

Tool nping_tool() {
  return {.name = "nping",
          .program = "nping",
          .package = "nmap",
          .version_arguments = {"--version"},
          .version = version,
          .check = check,
          .arguments = arguments,
          .read = read,
          .time_limit = time_limit};
}

}  // namespace cw::probe
