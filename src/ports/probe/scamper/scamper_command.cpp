#include "ports/probe/scamper/scamper_command.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "formats/scamper_json_words.hpp"
#include "ports/probe/native/probe_flow.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_ping_interval = 20s;
constexpr auto longest_probe_spacing = 2s;
constexpr std::int64_t longest_trace_wait_seconds = 10;
constexpr int most_tracelb_attempts = 5;
constexpr int most_tracelb_gap = 5;
constexpr int tracelb_spacing_centiseconds = 15;
constexpr int most_tracelb_probes = 3000;
// For what waits in scamper's own queue because others send too.
constexpr auto patience = 60s;

std::int64_t wait_seconds(Duration timeout) {
  return std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(timeout).count());
}

std::int64_t trace_wait_seconds(Duration timeout) {
  return std::min(wait_seconds(timeout), longest_trace_wait_seconds);
}

std::int64_t centiseconds(Duration duration) {
  using Centiseconds = std::chrono::duration<std::int64_t, std::centi>;
  return std::chrono::ceil<Centiseconds>(duration).count();
}

// Not what its JSON calls them: there ICMP is "icmp-echo-paris".
std::string_view trace_method(Method method) {
  switch (method) {
    case Method::icmp:
      return "icmp-paris";
    case Method::udp:
      return "udp-paris";
    case Method::tcp:
      return "tcp";
    case Method::tcp_ack:
      return "tcp-ack";
  }
  return "icmp-paris";
}

int tos_of(const MeasurementRequest& request) { return request.dscp << 2; }

std::string trace_command(const MeasurementRequest& request, const ProbeFlow& flow, std::uint32_t user_id) {
  const auto flow_options = request.method == Method::icmp
                                ? fmt::format("-d {}", flow.icmp_checksum)
                                : fmt::format("-s {} -d {}", flow.source_port, flow.destination_port);
  return fmt::format("trace -P {} {} -f {} -m {} -q {} -g {} -w {} -W {} -t {} -U {} {}", trace_method(request.method),
                     flow_options, request.first_ttl.value, request.max_ttl.value, request.attempts, request.gap_limit,
                     trace_wait_seconds(request.timeout), centiseconds(request.probe_spacing), tos_of(request), user_id,
                     request.address.to_string());
}

std::string tracelb_command(const MeasurementRequest& request, const ProbeFlow& flow, std::uint32_t user_id) {
  const auto flow_options = request.method == Method::icmp
                                ? std::string()
                                : fmt::format("-s {} -d {} ", flow.source_port, flow.destination_port);
  return fmt::format("tracelb -P {} {}-c {} -f {} -q {} -g {} -w {} -W {} -t {} -U {} {}",
                     formats::scamper_tracelb_method(request.method), flow_options, request.confidence_percent,
                     request.first_ttl.value, std::min(request.attempts, most_tracelb_attempts),
                     std::min(request.gap_limit, most_tracelb_gap), trace_wait_seconds(request.timeout),
                     std::max<std::int64_t>(tracelb_spacing_centiseconds, centiseconds(request.probe_spacing)),
                     tos_of(request), user_id, request.address.to_string());
}

std::string ping_command(const MeasurementRequest& request, const ProbeFlow& flow, std::uint32_t user_id) {
  const auto flow_options = request.method == Method::icmp
                                ? fmt::format("-C {}", flow.icmp_checksum)
                                : fmt::format("-F {} -d {}", flow.source_port, flow.destination_port);
  const auto interval = std::chrono::ceil<std::chrono::milliseconds>(request.interval).count();
  return fmt::format("ping -P {} {} -c {} -i {}.{:03} -W {} -z {} -U {} {}",
                     formats::scamper_ping_method(request.method), flow_options, request.count, interval / 1000,
                     interval % 1000, wait_seconds(request.timeout), tos_of(request), user_id,
                     request.address.to_string());
}

}  // namespace

Result<> check_for_scamper(const MeasurementRequest& request) {
  if (request.kind == Kind::mtr) return fail(ErrorKind::unsupported, "scamper has no mtr: use another prober for it");
  if (request.mtu_search == MtuSearch::on)
    return fail(ErrorKind::unsupported, "scamper does not report the path's MTU here: use the native prober for it");
  if (request.kind == Kind::ping && request.interval > longest_ping_interval)
    return fail(ErrorKind::unsupported, "scamper waits 20 s at most between the probes of a ping");
  if (request.kind == Kind::trace && request.probe_spacing > longest_probe_spacing)
    return fail(ErrorKind::unsupported, "scamper waits 2 s at most between the probes of a trace");
  return {};
}

bool needs_link_layer(const MeasurementRequest& request) {
  return request.multipath == Multipath::on || is_tcp(request.method);
}

std::string scamper_command(const MeasurementRequest& request, std::uint32_t user_id) {
  static const ProbeIdentity nobody;  // scamper has its own
  const auto flow = make_flow(request, IpAddress{}, nobody);
  if (request.kind == Kind::ping) return ping_command(request, flow, user_id);
  return request.multipath == Multipath::on ? tracelb_command(request, flow, user_id)
                                            : trace_command(request, flow, user_id);
}

Duration scamper_time_limit(const MeasurementRequest& request) {
  const auto wait = std::chrono::seconds(trace_wait_seconds(request.timeout));
  if (request.kind == Kind::ping)
    return request.count * request.interval + std::chrono::seconds(wait_seconds(request.timeout)) + patience;
  // Half of all probes without an answer is more than any path has.
  if (request.multipath == Multipath::on) return most_tracelb_probes * (wait / 2 + 150ms) + patience;
  const int ttls = request.max_ttl.value - request.first_ttl.value + 1;
  return ttls * request.attempts * std::max<Duration>(wait, request.probe_spacing) + patience;
}

}  // namespace cw::probe
