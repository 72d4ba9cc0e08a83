#pragma once

// Probes as tests send them, and a vantage that traces with them on simulated time.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/icmp.hpp"
#include "codec/ip.hpp"
#include "lab/ground_truth.hpp"
#include "lab/simulated_internet.hpp"

namespace cw::lab::test {

using Packet = std::vector<std::uint8_t>;

struct Probe {
  IpAddress destination;
  std::uint8_t ttl = 64;
  std::uint16_t flow = 0;  // ICMP: the identifier, and with it the checksum; UDP and TCP: added to the source port
  std::uint16_t sequence = 0;
  std::uint16_t port = 33'434;
  std::size_t payload = 8;  // bytes
  bool dont_fragment = false;
};

// The scenario of a file in scenarios/, or of a text; the test fails if it has a fault.
Scenario scenario_file(std::string_view name);
Scenario scenario_text(std::string_view toml);

Packet echo_request(const Scenario& scenario, const Probe& probe);
Packet udp_probe(const Scenario& scenario, const Probe& probe);
Packet tcp_syn(const Scenario& scenario, const Probe& probe);
IpAddress address(std::string_view text);

struct Arrival {
  Packet bytes;
  Instant at;
};

// An Internet with a clock of its own, that starts at 2026-11-22T10:00:00Z.
class Vantage {
 public:
  explicit Vantage(Scenario scenario);

  SimulatedInternet& internet() { return internet_; }
  [[nodiscard]] const Scenario& scenario() const { return internet_.scenario(); }
  [[nodiscard]] Instant now() const { return now_; }
  void wait(Duration duration);  // drops what arrives meanwhile
  void wait_until(Duration since_start) { wait(internet_.start() + since_start - now_); }

  void send(const Packet& packet) { internet_.send(packet, now_); }
  // Everything that is still to arrive within ten seconds, in order; the clock then stands at the last arrival.
  std::vector<Arrival> collect();
  // Sends one packet and returns what comes back.
  std::vector<Arrival> ask(const Packet& packet);

  // One echo request per TTL, one after another: "192.0.2.1 * 198.51.100.3 203.0.113.1", refusals with !N !H !P !X
  // !port behind the address. Ends at the destination or a refusal.
  std::string trace(const IpAddress& destination, std::uint16_t flow = 0, int most_hops = 32);

 private:
  SimulatedInternet internet_;
  Instant now_;
};

codec::IpPacket parsed(codec::Bytes packet);
codec::IcmpPacket icmp_of(codec::Bytes packet);
double milliseconds(Duration duration);

}  // namespace cw::lab::test
