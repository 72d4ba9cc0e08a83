#include "model/measurement_request.hpp"

#include <array>

#include "model/named_value.hpp"

namespace cw {
namespace {

constexpr std::array kinds{Kind::trace, Kind::ping, Kind::mtr};
constexpr std::array methods{Method::icmp, Method::udp, Method::tcp, Method::tcp_ack};

bool within(int value, int least, int most) { return value >= least && value <= most; }
bool within(Duration value, Duration least, Duration most) { return value >= least && value <= most; }

Result<> validate_target(const MeasurementRequest& request) {
  if (request.address.is_unspecified()) return fail(ErrorKind::invalid, "the target needs an address to probe");
  if (!request.port) return {};
  if (request.method == Method::icmp)
    return fail(ErrorKind::invalid, "port is only for the methods udp, tcp and tcp-ack: ICMP has none");
  if (*request.port == 0) return fail(ErrorKind::invalid, "port must be from 1 to 65535");
  return {};
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::trace:
      return "trace";
    case Kind::ping:
      return "ping";
    case Kind::mtr:
      return "mtr";
  }
  return "trace";
}

std::string_view to_string(Method method) {
  switch (method) {
    case Method::icmp:
      return "icmp";
    case Method::udp:
      return "udp";
    case Method::tcp:
      return "tcp";
    case Method::tcp_ack:
      return "tcp-ack";
  }
  return "icmp";
}

Result<Kind> parse_kind(std::string_view text) { return parse_named_value<Kind>("kind", text, kinds); }

Result<Method> parse_method(std::string_view text) { return parse_named_value<Method>("method", text, methods); }

void apply(const ProbeOptions& options, MeasurementRequest& request) {
  request.method = options.method;
  request.port = options.port;
  request.multipath = options.multipath;
  request.mtu_search = options.mtu_search;
  if (options.dscp != 0) request.dscp = options.dscp;
}

Result<> validate(const MeasurementRequest& request) {
  using namespace std::chrono_literals;
  if (auto target = validate_target(request); !target) return target;
  if (request.first_ttl.value == 0) return fail(ErrorKind::invalid, "first-ttl must be from 1 to 255");
  if (request.max_ttl < request.first_ttl)
    return fail(ErrorKind::invalid, "max-ttl must be from 1 to 255 and not below first-ttl");
  if (!within(request.attempts, 1, 10)) return fail(ErrorKind::invalid, "attempts must be from 1 to 10");
  if (!within(request.gap_limit, 1, 255)) return fail(ErrorKind::invalid, "gap-limit must be from 1 to 255");
  if (!within(request.count, 1, 10'000)) return fail(ErrorKind::invalid, "count must be from 1 to 10000");
  if (!within(request.interval, 1ms, 1h))
    return fail(ErrorKind::invalid, "interval must be from 1 ms to 3600000 ms (one hour)");
  if (!within(request.timeout, 1ms, 60s))
    return fail(ErrorKind::invalid, "timeout must be from 1 ms to 60000 ms (one minute)");
  if (request.multipath == Multipath::on && request.kind != Kind::trace)
    return fail(ErrorKind::invalid, "only a trace looks for all load-balanced paths");
  if (request.confidence_percent != 95 && request.confidence_percent != 99)
    return fail(ErrorKind::invalid, "confidence must be 95 or 99 per cent");
  if (request.mtu_search == MtuSearch::on && (request.kind != Kind::trace || request.multipath == Multipath::on))
    return fail(ErrorKind::invalid, "only a trace along one path looks for its MTU");
  if (request.dscp > 63) return fail(ErrorKind::invalid, "dscp must be from 0 to 63");
  if (!within(request.probe_spacing, 0ms, 10s))
    return fail(ErrorKind::invalid, "probe-spacing must be from 0 ms to 10000 ms");
  return {};
}

}  // namespace cw
