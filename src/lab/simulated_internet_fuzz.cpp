// Any bytes from the vantage: no crash, and whatever comes back is a whole packet to the vantage with valid
// checksums, whose quote, if it has one, is a packet from the vantage.
//
// The input is a list of packets, each behind two bytes of length; an odd length's packet gets the vantage's
// address and a valid header checksum first, so that the fuzzer need not find those.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "codec/checksum.hpp"
#include "codec/icmp.hpp"
#include "lab/reply_builder.hpp"
#include "lab/scenario.hpp"
#include "lab/simulated_internet.hpp"

namespace {

constexpr std::string_view scenario_text = R"(
  repeat_after_s = 3
  [vantage]
  v4 = "192.0.2.10"
  v6 = "2001:db8::10"
  router = "a"
  [[router]]
  name = "a"
  v4 = "192.0.2.1"
  v6 = "2001:db8::1"
  mpls = [16, 17]
  forwards_zero_ttl = true
  drops = ["tcp_ack"]
  [[router]]
  name = "b"
  v4 = "192.0.2.2"
  v6 = "2001:db8::2"
  translates_to = ["198.51.100.200", "2001:db8:c::200"]
  translates_identification = true
  bleaches_dscp = true
  claimed_mtu = 0
  balancing = "packet"
  replies_per_second = 1000
  quote_bytes = 28
  [[router]]
  name = "c"
  v4 = "192.0.2.3"
  v6 = "2001:db8::3"
  [[link]]
  a = "a"
  b = "b"
  mtu = 1280
  [[link]]
  a = "b"
  b = "c"
  [[link]]
  a = "b"
  b = "c"
  [[network]]
  prefix = "0.0.0.0/1"
  router = "c"
  [[network]]
  prefix = "128.0.0.0/2"
  router = "c"
  behaviour = "host_unreachable"
  [[network]]
  prefix = "::/1"
  router = "c"
  [[network]]
  prefix = "8000::/2"
  router = "c"
  icmp = "protocol_unreachable"
  [[change]]
  at = 1
  link = ["a", "b"]
  up = false
)";

void demand(bool holds) {
  if (!holds) std::abort();
}

void lend_source(std::vector<std::uint8_t>& packet, const cw::lab::Scenario& scenario) {
  if (packet.size() >= 20 && packet[0] >> 4 == 4) {
    const auto& bytes = scenario.vantage.v4.bytes();
    std::copy(bytes.begin() + 12, bytes.end(), packet.begin() + 12);
    cw::lab::set_ttl(packet, packet[8]);
  } else if (packet.size() >= 40 && packet[0] >> 4 == 6) {
    const auto& bytes = scenario.vantage.v6.bytes();
    std::copy(bytes.begin(), bytes.end(), packet.begin() + 8);
  }
}

void check_reply(const std::vector<std::uint8_t>& bytes, const cw::lab::Scenario& scenario) {
  const auto packet = cw::codec::parse_ip(bytes);
  demand(packet.has_value());
  const auto& header = packet->header;
  demand(header.checksum_ok && header.total_length == bytes.size());
  demand(header.destination == scenario.vantage.address(header.destination.family()));
  if (header.protocol == cw::codec::protocol_tcp) return;
  const auto icmp = cw::codec::parse_icmp(header, packet->payload);
  demand(icmp.has_value() && icmp->checksum_ok);
  demand(icmp->echo.has_value() || icmp->error.has_value());
  if (icmp->error) demand(icmp->error->quoted.header.source == header.destination);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto scenario = cw::lab::parse_scenario(scenario_text, "fuzz.toml");
  demand(scenario.has_value());
  cw::lab::SimulatedInternet internet(*scenario, cw::Instant{}, 64);
  cw::Instant now{};
  std::vector<std::uint8_t> reply;
  cw::Instant at;
  std::size_t position = 0;
  while (position + 2 <= size) {
    const std::size_t length = std::size_t{data[position]} << 8 | data[position + 1];
    position += 2;
    const auto taken = std::min(length, size - position);
    std::vector<std::uint8_t> packet(data + position, data + position + taken);
    position += taken;
    if (length % 2 == 1) lend_source(packet, *scenario);
    internet.send(packet, now);
    now += std::chrono::milliseconds(100);
    while (internet.take_arrival(now, reply, at)) check_reply(reply, *scenario);
  }
  const auto& counters = internet.counters();
  std::uint64_t dropped = 0;
  for (const auto count : counters.dropped) dropped += count;
  demand(counters.packets <= counters.replies + dropped + internet.in_flight());
  return 0;
}
