#include "lab/test_packets.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

#include "codec/tcp.hpp"
#include "codec/udp.hpp"

namespace cw::lab::test {
namespace {

using namespace std::chrono_literals;

Packet packet_around(const Scenario& scenario, const Probe& probe, std::uint8_t protocol, codec::Bytes body) {
  std::array<std::uint8_t, 10'000> buffer{};
  codec::ByteWriter out(buffer);
  codec::write_ip(out,
                  {.source = scenario.vantage.address(probe.destination.family()),
                   .destination = probe.destination,
                   .protocol = protocol,
                   .ttl = probe.ttl,
                   .dont_fragment = probe.dont_fragment},
                  body.size());
  out.bytes(body);
  return {out.written().begin(), out.written().end()};
}

std::string_view mark_of(codec::IcmpMessage message) {
  using enum codec::IcmpMessage;
  if (message == unreachable_network) return "!N";
  if (message == unreachable_host) return "!H";
  if (message == unreachable_protocol) return "!P";
  if (message == unreachable_prohibited) return "!X";
  if (message == unreachable_port) return "!port";
  return "";
}

Scenario or_throw(Result<Scenario> scenario) {
  if (!scenario) throw std::runtime_error(scenario.error().message);
  return *std::move(scenario);
}

}  // namespace

Scenario scenario_file(std::string_view name) {
  return or_throw(load_scenario(fmt::format("{}/scenarios/{}.toml", CW_SOURCE_DIR, name)));
}

Scenario scenario_text(std::string_view toml) { return or_throw(parse_scenario(toml, "test.toml")); }

IpAddress address(std::string_view text) { return *IpAddress::parse(text); }

Packet echo_request(const Scenario& scenario, const Probe& probe) {
  std::array<std::uint8_t, 9'000> buffer{};
  codec::ByteWriter out(buffer);
  const std::vector<std::uint8_t> payload(probe.payload, 0x61);
  codec::write_icmp_echo(out, codec::IcmpMessage::echo_request,
                         {.identifier = probe.flow, .sequence = probe.sequence, .payload = payload},
                         scenario.vantage.address(probe.destination.family()), probe.destination);
  return packet_around(scenario, probe, probe.destination.is_v4() ? codec::protocol_icmp : codec::protocol_icmpv6,
                       out.written());
}

Packet udp_probe(const Scenario& scenario, const Probe& probe) {
  std::array<std::uint8_t, 9'000> buffer{};
  codec::ByteWriter out(buffer);
  const std::vector<std::uint8_t> payload(probe.payload, 0x61);
  codec::write_udp(out, static_cast<std::uint16_t>(40'000 + probe.flow), probe.port, payload,
                   scenario.vantage.address(probe.destination.family()), probe.destination);
  return packet_around(scenario, probe, codec::protocol_udp, out.written());
}

Packet tcp_syn(const Scenario& scenario, const Probe& probe) {
  std::array<std::uint8_t, 100> buffer{};
  codec::ByteWriter out(buffer);
  codec::write_tcp(out,
                   {.source_port = static_cast<std::uint16_t>(40'000 + probe.flow),
                    .destination_port = probe.port,
                    .sequence = probe.sequence,
                    .flags = {.syn = true},
                    .window = 1024},
                   scenario.vantage.address(probe.destination.family()), probe.destination);
  return packet_around(scenario, probe, codec::protocol_tcp, out.written());
}

codec::IpPacket parsed(codec::Bytes packet) {
  auto ip = codec::parse_ip(packet);
  if (!ip || !ip->header.checksum_ok) throw std::runtime_error("not a packet");
  return *ip;
}

codec::IcmpPacket icmp_of(codec::Bytes packet) {
  const auto ip = parsed(packet);
  auto icmp = codec::parse_icmp(ip.header, ip.payload);
  if (!icmp || !icmp->checksum_ok) throw std::runtime_error("not an ICMP message");
  return *std::move(icmp);
}

double milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

Vantage::Vantage(Scenario scenario)
    : internet_(std::move(scenario), *parse_rfc3339("2026-11-22T10:00:00.000000Z")), now_(internet_.start()) {}

void Vantage::wait(Duration duration) {
  const auto until = now_ + duration;
  Arrival arrival;
  while (internet_.take_arrival(until, arrival.bytes, arrival.at)) {
  }
  now_ = until;
  internet_.advance_to(now_);
}

std::vector<Arrival> Vantage::collect() {
  std::vector<Arrival> arrivals;
  const auto until = now_ + 10s;
  for (Arrival arrival; internet_.take_arrival(until, arrival.bytes, arrival.at);) {
    now_ = arrival.at;
    arrivals.push_back(arrival);
  }
  return arrivals;
}

std::vector<Arrival> Vantage::ask(const Packet& packet) {
  send(packet);
  return collect();
}

std::string Vantage::trace(const IpAddress& destination, std::uint16_t flow, int most_hops) {
  std::string path;
  for (int ttl = 1; ttl <= most_hops; ++ttl) {
    const auto arrivals = ask(
        echo_request(scenario(), {.destination = destination, .ttl = static_cast<std::uint8_t>(ttl), .flow = flow}));
    path += path.empty() ? "" : " ";
    if (arrivals.empty()) {
      path += "*";
      continue;
    }
    const auto message = icmp_of(arrivals.front().bytes).message;
    path += parsed(arrivals.front().bytes).header.source.to_string();
    path += mark_of(message);
    if (message != codec::IcmpMessage::time_exceeded) break;
  }
  return path;
}

}  // namespace cw::lab::test
