#include "ports/probe/mtr/mtr_tool.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "platform/privileges.hpp"
#include "ports/probe/mtr/mtr_report.hpp"
#include "ports/probe/tool_ports.hpp"
#include "ports/probe/tool_record.hpp"
#include "ports/probe/tool_text.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

// mtr spreads a round over its interval as if a path had ten hops, and takes longer for longer ones.
constexpr int hops_per_interval = 10;
constexpr Duration trace_interval = 1s;
// This many TTLs in a row with one and the same answer: the router refuses, and is asked no further.
constexpr std::size_t least_repeats = 3;

Result<std::string> version(std::string_view output) {
  const auto found = text_after(output, "mtr ", " \n");
  if (!found || !output.starts_with("mtr ")) return fail(ErrorKind::unsupported, "this program is not mtr");
  return std::string(*found);
}

Result<> check(const MeasurementRequest& request) {
  TRY(check_plain(request, "mtr"));
  if (request.kind == Kind::ping) return fail(ErrorKind::unsupported, "mtr makes no pings; ping and nping do");
  if (request.method == Method::tcp_ack)
    return fail(ErrorKind::unsupported, "mtr sends no TCP ACK probes; the native prober does");
  if (request.kind == Kind::mtr && request.interval < 1s && !platform::current_privileges().is_root)
    return fail(ErrorKind::unsupported, "mtr lets ordinary users choose an interval of a second or more");
  return {};
}

int rounds_of(const MeasurementRequest& request) {
  return request.kind == Kind::mtr ? request.count : request.attempts;
}

Duration interval_of(const MeasurementRequest& request) {
  return request.kind == Kind::mtr ? request.interval : trace_interval;
}

std::vector<std::string> method_arguments(const MeasurementRequest& request) {
  const auto port = std::to_string(destination_port_of(request));
  if (request.method == Method::udp) return {"-u", "-L", std::to_string(source_port_of(request)), "-P", port};
  if (request.method == Method::tcp) return {"-T", "-P", port};
  return {};
}

std::vector<std::string> arguments(const MeasurementRequest& request) {
  const auto whole_seconds = std::to_string(std::chrono::ceil<std::chrono::seconds>(request.timeout).count());
  std::vector<std::string> words{"--raw", "-e", "-n", request.address.is_v4() ? "-4" : "-6"};
  const auto add = [&](std::string_view option, std::string value) {
    words.emplace_back(option);
    words.push_back(std::move(value));
  };
  add("-c", std::to_string(rounds_of(request)));
  add("-i", seconds_argument(interval_of(request)));
  add("-f", std::to_string(request.first_ttl.value));
  add("-m", std::to_string(request.max_ttl.value));
  add("-U", std::to_string(request.gap_limit));
  add("-G", seconds_argument(request.timeout));
  add("-Z", whole_seconds);
  if (request.dscp != 0) add("-Q", std::to_string(request.dscp << 2));
  for (auto& word : method_arguments(request)) words.push_back(std::move(word));
  words.push_back(request.address.to_string());
  return words;
}

Duration time_limit(const MeasurementRequest& request) {
  const int ttls = request.max_ttl.value - request.first_ttl.value + 1;
  const int intervals = (ttls + hops_per_interval - 1) / hops_per_interval;
  return interval_of(request) * intervals * rounds_of(request) + 2 * request.timeout + 15s;
}

ToolProbe to_tool_probe(const MeasurementRequest& request, MtrProbe&& probe) {
  ToolProbe result{.ttl = probe.ttl, .attempt = probe.round};
  if (!probe.from) return result;
  result.reply = presumed_reply(request, *probe.from, probe.rtt, probe.round);
  result.reply->mpls = std::move(probe.mpls);
  return result;
}

// All answers from some TTL on are one address's: the second of them is the first refusal.
std::optional<std::size_t> first_refusal(const std::vector<Hop>& hops) {
  std::vector<std::size_t> of_one_address;  // from the last TTL down
  std::optional<IpAddress> address;
  for (std::size_t i = hops.size(); i-- > 0;) {
    if (hops[i].replies.empty()) continue;
    if (!address) address = hops[i].replies.front().from;
    const auto differs = [&](const Reply& reply) { return reply.from != *address; };
    if (std::ranges::any_of(hops[i].replies, differs)) break;
    of_one_address.push_back(i);
  }
  if (of_one_address.size() <= least_repeats) return std::nullopt;
  return of_one_address[of_one_address.size() - 2];
}

void end_at_refusal(Measurement& measurement) {
  if (measurement.status != Status::silent) return;
  const auto at = first_refusal(measurement.hops);
  if (!at) return;
  measurement.hops.resize(*at + 1);
  measurement.status = Status::unreachable;
  measurement.stop_reason = StopReason::icmp_other;
}

Result<Measurement> read(const ToolReport& report) {
  auto said = TRY(parse_mtr_raw(report.outcome.output));
  std::vector<ToolProbe> probes;
  probes.reserve(said.size());
  for (auto& probe : said) probes.push_back(to_tool_probe(report.request, std::move(probe)));
  auto measurement = record_path(report, std::move(probes));
  end_at_refusal(measurement);
  return measurement;
}

}  // namespace

Tool mtr_tool() {
  return {.name = "mtr",
          .program = "mtr",
          .package = "mtr-tiny",
          .version_arguments = {"--version"},
          .version = version,
          .check = check,
          .arguments = arguments,
          .read = read,
          .time_limit = time_limit};
}

}  // namespace cw::probe
