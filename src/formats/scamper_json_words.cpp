#include "formats/scamper_json_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cw::formats {
namespace {

struct EndingRow {
  std::string_view word;
  ScamperEnding ending;
};

constexpr std::array endings{
    EndingRow{"COMPLETED", {.status = Status::reached, .reason = StopReason::destination}},
    EndingRow{"UNREACH", {.status = Status::unreachable, .reason = StopReason::icmp_other}},
    EndingRow{"ICMP", {.status = Status::unreachable, .reason = StopReason::icmp_other}},
    EndingRow{"LOOP", {.status = Status::loop, .reason = StopReason::loop}},
    EndingRow{"GAPLIMIT", {.status = Status::silent, .reason = StopReason::gap_limit}},
    EndingRow{"HOPLIMIT", {.status = Status::silent, .reason = StopReason::max_ttl}},
    EndingRow{"GSS", {.status = Status::silent, .reason = StopReason::max_ttl}},
    EndingRow{"NONE", {}},
    EndingRow{"ERROR", {}},
    EndingRow{"HALTED", {.state = ScamperState::halted}},
    EndingRow{"INPROGRESS", {.state = ScamperState::in_progress}},
};

StopReason reason_v4(std::uint8_t code) {
  switch (code) {
    case 0:
    case 6:
    case 11:
      return StopReason::icmp_network_unreachable;
    case 1:
    case 7:
    case 12:
      return StopReason::icmp_host_unreachable;
    case 9:
    case 10:
    case 13:
      return StopReason::icmp_admin_prohibited;
    default:
      return StopReason::icmp_other;
  }
}

StopReason reason_v6(std::uint8_t code) {
  switch (code) {
    case 0:
      return StopReason::icmp_network_unreachable;
    case 3:
      return StopReason::icmp_host_unreachable;
    case 1:
    case 5:
    case 6:
      return StopReason::icmp_admin_prohibited;
    default:
      return StopReason::icmp_other;
  }
}

}  // namespace

std::optional<Method> parse_scamper_method(std::string_view text) {
  if (text.starts_with("icmp")) return Method::icmp;
  if (text.starts_with("udp")) return Method::udp;
  if (text.starts_with("tcp-ack")) return Method::tcp_ack;
  if (text.starts_with("tcp")) return Method::tcp;
  return std::nullopt;
}

std::string_view scamper_trace_method(Method method) {
  switch (method) {
    case Method::icmp:
      return "icmp-echo-paris";
    case Method::udp:
      return "udp-paris";
    case Method::tcp:
      return "tcp";
    case Method::tcp_ack:
      return "tcp-ack";
  }
  return "icmp-echo-paris";
}

std::string_view scamper_ping_method(Method method) {
  switch (method) {
    case Method::icmp:
      return "icmp-echo";
    case Method::udp:
      return "udp";
    case Method::tcp:
      return "tcp-syn";
    case Method::tcp_ack:
      return "tcp-ack";
  }
  return "icmp-echo";
}

std::string_view scamper_tracelb_method(Method method) {
  switch (method) {
    case Method::icmp:
      return "icmp-echo";
    case Method::udp:
      return "udp-sport";
    case Method::tcp:
      return "tcp-sport";
    case Method::tcp_ack:
      return "tcp-ack-sport";
  }
  return "icmp-echo";
}

std::optional<ScamperEnding> parse_scamper_stop_reason(std::string_view text) {
  const auto* const row = std::ranges::find(endings, text, &EndingRow::word);
  return row == endings.end() ? std::nullopt : std::optional(row->ending);
}

std::string_view scamper_stop_reason(const Measurement& measurement) {
  switch (measurement.status) {
    case Status::reached:
      return "COMPLETED";
    case Status::unreachable:
      return "UNREACH";
    case Status::loop:
      return "LOOP";
    case Status::silent:
      return measurement.stop_reason == StopReason::gap_limit ? "GAPLIMIT" : "HOPLIMIT";
    case Status::failed:
      return "ERROR";
  }
  return "ERROR";
}

std::optional<StopReason> unreachable_reason(const Reply& reply) {
  if (reply.tcp_flags) return std::nullopt;
  if (reply.from.is_v4()) return reply.icmp_type == 3 ? std::optional(reason_v4(reply.icmp_code)) : std::nullopt;
  if (reply.icmp_type == 1) return reason_v6(reply.icmp_code);
  const bool other_error = reply.icmp_type == 2 || reply.icmp_type == 4;
  return other_error ? std::optional(StopReason::icmp_other) : std::nullopt;
}

bool is_time_exceeded(const Reply& reply) {
  return !reply.tcp_flags && reply.icmp_type == (reply.from.is_v4() ? 11 : 3);
}

}  // namespace cw::formats
