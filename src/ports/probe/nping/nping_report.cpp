#include "ports/probe/nping/nping_report.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "ports/probe/tool_text.hpp"

namespace cw::probe {
namespace {

using Direction = NpingPacket::Direction;

struct Endpoint {
  IpAddress address;
  std::optional<std::uint16_t> port;
};

std::unexpected<Error> nonsense(std::string_view line) {
  return fail(ErrorKind::invalid, fmt::format("nping has no line \"{}\"", printable(line, 60)));
}

// "[192.0.2.10", "192.0.2.10:53"
std::optional<Endpoint> parse_endpoint(std::string_view word) {
  if (word.starts_with('[')) word.remove_prefix(1);
  if (const auto address = parse_printed_address(word)) return Endpoint{.address = *address, .port = {}};
  const auto colon = word.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto address = parse_printed_address(word.substr(0, colon));
  const auto port = parse_number<std::uint16_t>(word.substr(colon + 1));
  if (!address || !port) return std::nullopt;
  return Endpoint{.address = *address, .port = port};
}

// "SA": the bits of RFC 9293, 3.1.
std::optional<std::uint8_t> parse_flags(std::string_view letters) {
  constexpr std::string_view names = "FSRPAUEC";
  std::uint8_t flags = 0;
  for (const char letter : letters) {
    const auto bit = names.find(letter);
    if (bit == std::string_view::npos) return std::nullopt;
    flags = static_cast<std::uint8_t>(flags | (1U << bit));
  }
  return flags;
}

Result<> read_protocol(NpingPacket& packet, std::string_view line, std::string_view protocol, std::string_view first) {
  if (protocol == "ICMP") {
    packet.icmp_type = number_after<std::uint8_t>(line, "(type=");
    packet.icmp_code = number_after<std::uint8_t>(line, "/code=").value_or(0);
    const auto header = line.substr(0, line.find("] IP"));
    packet.identifier = number_after<std::uint16_t>(header, " id=");
    packet.sequence = number_after<std::uint16_t>(header, " seq=");
    return packet.icmp_type ? Result<>{} : nonsense(line);
  }
  if (!packet.source_port || !packet.destination_port) return nonsense(line);
  if (protocol == "TCP") packet.tcp_flags = parse_flags(first);
  return {};
}

// "SENT (0.0113s) ICMP [192.0.2.10 > 203.0.113.1 Echo request (type=8/code=0) id=24091 seq=1] IP [ttl=64 …]"
Result<NpingPacket> parse_packet(std::string_view line, Direction direction) {
  const auto words = words_of(line);
  if (words.size() < 7 || words[4] != ">" || !words[1].starts_with('(') || !words[1].ends_with("s)"))
    return nonsense(line);
  const auto from = parse_endpoint(words[3]);
  const auto to = parse_endpoint(words[5]);
  if (!from || !to) return nonsense(line);
  NpingPacket packet{.direction = direction,
                     .at = TRY(parse_seconds(words[1].substr(1, words[1].size() - 3))),
                     .from = from->address,
                     .to = to->address,
                     .source_port = from->port,
                     .destination_port = to->port,
                     .ttl = number_after<std::uint8_t>(line, "ttl=")};
  TRY(read_protocol(packet, line, words[2], words[6]));
  return packet;
}

bool is_known(std::string_view protocol) { return protocol == "ICMP" || protocol == "UDP" || protocol == "TCP"; }

std::optional<Direction> direction_of(std::string_view line) {
  const auto words = words_of(line.substr(0, 64));
  if (words.size() < 3 || !is_known(words[2])) return std::nullopt;
  if (words[0] == "SENT") return Direction::sent;
  return words[0] == "RCVD" ? std::optional(Direction::received) : std::nullopt;
}

struct Probe {
  const NpingPacket* packet;
  bool answered = false;
};

bool answers_echo(const NpingPacket& reply) { return reply.icmp_type == 0 && reply.sequence; }

bool answers(const NpingPacket& reply, const NpingPacket& probe) {
  if (answers_echo(reply)) return reply.identifier == probe.identifier && reply.sequence == probe.sequence;
  if (reply.icmp_type) return *reply.icmp_type == 3 || *reply.icmp_type == 11;  // the errors that quote a probe
  return reply.source_port == probe.destination_port && reply.destination_port == probe.source_port &&
         reply.tcp_flags.has_value() == probe.tcp_flags.has_value();
}

// Those of `probes`, which are all that were sent before the reply.
Result<Probe*> probe_of_echo(std::vector<Probe>& probes, const NpingPacket& reply, Duration timeout) {
  Probe* answered = nullptr;
  std::vector<Probe*> waiting;
  for (auto& probe : probes) {
    if (!answers(reply, *probe.packet)) continue;
    if (probe.answered)
      answered = &probe;
    else
      waiting.push_back(&probe);
  }
  const auto is_recent = [&](const Probe* probe) { return reply.at <= probe->packet->at + timeout; };
  if (std::ranges::any_of(waiting, is_recent)) std::erase_if(waiting, std::not_fn(is_recent));
  if (waiting.size() > 1)
    return fail(ErrorKind::invalid,
                fmt::format("nping sent {} probes of the number {}: it cannot be told which one was answered",
                            waiting.size(), *reply.sequence));
  return waiting.empty() ? answered : waiting.front();
}

Probe* last_probe(std::vector<Probe>& probes, const NpingPacket& reply, Duration timeout) {
  for (auto probe = probes.rbegin(); probe != probes.rend(); ++probe) {
    if (reply.at > probe->packet->at + timeout) return nullptr;
    if (answers(reply, *probe->packet)) return &*probe;
  }
  return nullptr;
}

Reply to_reply(const NpingPacket& packet, const Probe& probe, int attempt, Duration timeout) {
  const auto rtt = packet.at - probe.packet->at;
  return {.from = packet.from,
          .rtt = std::max(rtt, Duration(1)),
          .icmp_type = packet.icmp_type.value_or(0),
          .icmp_code = packet.icmp_code,
          .reply_ttl = packet.ttl,
          .tcp_flags = packet.tcp_flags,
          .attempt = attempt,
          .late = rtt > timeout,
          .duplicate = probe.answered};
}

}  // namespace

Result<std::vector<NpingPacket>> parse_nping(std::string_view text) {
  std::vector<NpingPacket> packets;
  bool done = false;
  for (const auto line : lines_of(text)) {
    if (const auto direction = direction_of(line)) packets.push_back(TRY(parse_packet(line, *direction)));
    done = done || line.starts_with("Nping done:");
  }
  if (!done) return fail(ErrorKind::invalid, "the end of nping's run is missing");
  return packets;
}

Result<std::vector<Reply>> match_nping(const std::vector<NpingPacket>& packets, Duration timeout) {
  std::vector<Probe> probes;
  std::vector<Reply> replies;
  for (const auto& packet : packets) {
    if (packet.direction == Direction::sent) {
      probes.push_back({.packet = &packet});
      continue;
    }
    auto* probe =
        answers_echo(packet) ? TRY(probe_of_echo(probes, packet, timeout)) : last_probe(probes, packet, timeout);
    if (probe == nullptr) continue;
    const auto attempt = static_cast<int>(probe - probes.data()) + 1;
    replies.push_back(to_reply(packet, *probe, attempt, timeout));
    probe->answered = true;
  }
  return replies;
}

}  // namespace cw::probe
