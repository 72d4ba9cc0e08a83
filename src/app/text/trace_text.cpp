#include "app/text/trace_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/text/graph_text.hpp"
#include "core/text.hpp"
#include "formats/path_notes.hpp"

namespace cw::app {
namespace {

constexpr std::size_t kTtlColumns = 3;
constexpr std::size_t kRttColumns = 11;

// Wide enough for most of the family; what is longer pushes its own line only.
std::size_t address_columns(Family family) { return family == Family::v4 ? 15 : 26; }

std::string heading(std::string_view kind, const std::string& target, const IpAddress& address, Method method,
                    std::uint16_t flow, Colour colour) {
  const auto shown = printable(target);
  const auto name = shown == address.to_string() ? "" : fmt::format(" ({})", address.to_string());
  return fmt::format("{} to {}{}, {}, flow {}\n", kind, paint(colour, Ink::strong, shown), name, to_string(method),
                     flow);
}

bool counts(const Reply& reply) { return !reply.late && !reply.duplicate; }

// The first reply of each address, in order of arrival; late ones only where nothing else came from it.
std::vector<const Reply*> first_of_each_address(const Hop& hop) {
  std::vector<const Reply*> first;
  for (const bool wanted : {true, false}) {
    for (const auto& reply : hop.replies) {
      if (counts(reply) != wanted || reply.duplicate) continue;
      const auto same = [&](const Reply* other) { return other->from == reply.from; };
      if (std::ranges::none_of(first, same)) first.push_back(&reply);
    }
  }
  return first;
}

std::string labels_text(const Reply& reply) {
  if (reply.mpls.empty()) return "";
  std::vector<std::string> labels;
  for (const auto& label : reply.mpls) labels.push_back(fmt::format("{}", label.label));
  return fmt::format("  [MPLS {}]", fmt::join(labels, " "));
}

// SYN and ACK say that the port is open, RST that it is closed (RFC 9293, section 3.1).
std::string_view tcp_text(std::uint8_t flags) {
  constexpr std::uint8_t rst = 0x04;
  constexpr std::uint8_t syn = 0x02;
  if ((flags & rst) != 0) return "  port closed";
  return (flags & syn) != 0 ? "  port open" : "";
}

std::string inferred_line(std::string_view ttl, const InferredHop& inferred, Family family, const TextStyle& style) {
  const auto seen = format_rfc3339(inferred.verified_at).substr(11, 8);
  return fmt::format("{}  {}  {}{}{}\n", pad_left(ttl, kTtlColumns),
                     pad_right(inferred.from.to_string(), address_columns(family)), pad_left("", kRttColumns),
                     network_text(inferred.from, style),
                     paint(style.colour, Ink::faint, fmt::format("  inferred, seen at {}", seen)));
}

std::string reply_line(std::string_view ttl, const Reply& reply, Family family, const TextStyle& style) {
  auto line =
      fmt::format("{}  {}  {}", pad_left(ttl, kTtlColumns), pad_right(reply.from.to_string(), address_columns(family)),
                  pad_left(milliseconds_text(reply.rtt), kRttColumns));
  line += network_text(reply.from, style);
  line += paint(style.colour, Ink::faint, labels_text(reply));
  if (reply.tcp_flags) line += paint(style.colour, Ink::faint, tcp_text(*reply.tcp_flags));
  if (reply.late) line += paint(style.colour, Ink::warn, "  late");
  return line + "\n";
}

std::string_view reason_text(StopReason reason) {
  switch (reason) {
    case StopReason::icmp_network_unreachable:
      return "says the network is unreachable (!N)";
    case StopReason::icmp_host_unreachable:
      return "says the host is unreachable (!H)";
    case StopReason::icmp_admin_prohibited:
      return "says it is prohibited (!X)";
    default:
      return "says it is unreachable (!)";
  }
}

const Hop* last_answering(const Measurement& measurement) {
  for (auto hop = measurement.hops.rbegin(); hop != measurement.hops.rend(); ++hop)
    if (hop->answer() != nullptr) return &*hop;
  return nullptr;
}

// 1. Reached: where, and how long it took.
// 2. A router said no: who, and what.
// 3. A loop: where it was seen.
// 4. Silence: after which hop, and why it ended there.
std::string outcome(const Measurement& measurement, Colour colour) {
  const auto* hop = last_answering(measurement);
  const auto from = hop == nullptr ? std::string() : hop->answer()->from.to_string();
  switch (measurement.status) {
    case Status::reached: {
      const auto rtt = destination_rtt(measurement);
      const auto head = paint(colour, Ink::good, "reached");
      return fmt::format("{} {} at hop {}{}", head, measurement.address.to_string(),
                         hop == nullptr ? 0 : hop->ttl.value, rtt ? " in " + milliseconds_text(*rtt) : "");
    }
    case Status::unreachable:
      return fmt::format("{}: {} {}", paint(colour, Ink::bad, "unreachable"), from,
                         reason_text(measurement.stop_reason));
    case Status::loop:
      return fmt::format("{}: {} came again at hop {}", paint(colour, Ink::bad, "loop"), from,
                         hop == nullptr ? 0 : hop->ttl.value);
    case Status::silent: {
      const auto head = paint(colour, Ink::warn, hop == nullptr ? "no answer at all" : "no answer");
      const auto after = hop == nullptr ? "" : fmt::format(" after hop {} ({})", hop->ttl.value, from);
      const auto why = measurement.stop_reason == StopReason::max_ttl ? "; the highest TTL was reached" : "";
      return head + after + why;
    }
    case Status::failed:
      return paint(colour, Ink::bad, "failed") + ": the probes could not be sent";
  }
  return "";
}

}  // namespace

std::string network_text(const IpAddress& address, const TextStyle& style) {
  if (!style.facts_of) return "";
  const auto facts = style.facts_of(address);
  const auto name = network_name(facts);
  return name.empty() ? "" : "  " + paint(style.colour, facts.asn ? Ink::network : Ink::faint, name);
}

std::string milliseconds_text(Duration duration) {
  const double value = to_milliseconds(duration);
  return value < 100 ? fmt::format("{:.3f} ms", value) : fmt::format("{:.1f} ms", value);
}

std::string trace_heading(const MeasurementRequest& request, const TextStyle& style) {
  return heading(to_string(request.kind), request.target, request.address, request.method, request.flow, style.colour);
}

std::string trace_heading(const Measurement& measurement, const TextStyle& style) {
  return heading(to_string(measurement.kind), measurement.target, measurement.address, measurement.method,
                 measurement.flow, style.colour);
}

std::string hop_lines(const Hop& hop, Family family, const TextStyle& style) {
  const auto replies = first_of_each_address(hop);
  const auto ttl = fmt::format("{}", hop.ttl.value);
  if (replies.empty() && hop.inferred) return inferred_line(ttl, *hop.inferred, family, style);
  if (replies.empty()) return pad_left(ttl, kTtlColumns) + "  " + paint(style.colour, Ink::faint, "* no answer") + "\n";
  std::string lines;
  for (const auto* reply : replies) lines += reply_line(lines.empty() ? ttl : "", *reply, family, style);
  return lines;
}

std::string waiting_line(Ttl ttl, const TextStyle& style) {
  return pad_left(fmt::format("{}", ttl.value), kTtlColumns) + "  " + paint(style.colour, Ink::faint, "…") + "\n";
}

std::string trace_summary(const Measurement& measurement, const TextStyle& style) {
  const auto seconds = std::chrono::duration<double>(measurement.finished_at - measurement.started_at).count();
  return fmt::format("{}; {} probes in {:.2f} s\n", outcome(measurement, style.colour), measurement.probes_sent,
                     seconds);
}

std::string networks_line(const AsPath& as_path, const TextStyle& style) {
  std::vector<std::string> names;
  for (const auto& network : as_path.networks) {
    if (network.gap > 0 && !names.empty()) names.emplace_back(paint(style.colour, Ink::faint, "?"));
    const auto name =
        network.name.empty() ? network.asn.to_string() : network.asn.to_string() + " " + printable(network.name, 32);
    names.push_back(paint(style.colour, Ink::network, name));
  }
  return names.empty() ? "" : fmt::format("networks: {}\n", fmt::join(names, " > "));
}

std::string path_mtu_line(const Measurement& measurement) {
  if (!measurement.path_mtu) return "";
  const auto* bound = formats::path_mtu_is_lower_bound(measurement) ? "at least " : "";
  return fmt::format("path MTU: {}{} bytes\n", bound, measurement.path_mtu->mtu);
}

std::string notes_lines(const Measurement& measurement, const TextStyle& style) {
  std::string lines;
  for (const auto& note : formats::path_notes(measurement))
    // What our own link carries is nothing to be told of.
    if (note.ttl.value > 0 || note.kind != formats::PathNoteKind::mtu_limit)
      lines += paint(style.colour, Ink::faint, "note: " + note.text) + "\n";
  return lines;
}

std::string trace_end(const Measurement& measurement, const std::optional<AsPath>& as_path, const TextStyle& style) {
  auto text = trace_summary(measurement, style) + path_mtu_line(measurement);
  if (measurement.graph) text += graph_text(*measurement.graph, style);
  text += notes_lines(measurement, style);
  if (as_path) text += networks_line(*as_path, style);
  return text;
}

std::string trace_table(const Measurement& measurement, const std::optional<AsPath>& as_path, const TextStyle& style) {
  auto text = trace_heading(measurement, style);
  for (const auto& hop : measurement.hops) text += hop_lines(hop, measurement.address.family(), style);
  return text + trace_end(measurement, as_path, style);
}

}  // namespace cw::app
