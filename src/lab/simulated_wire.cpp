#include "lab/simulated_wire.hpp"

#include <algorithm>

#include "codec/checksum.hpp"
#include "codec/ip.hpp"

namespace cw::lab {
namespace {

bool is_ipv4(codec::Bytes packet) { return packet.size() >= codec::ipv4_header_size && packet[0] >> 4 == 4; }

// The wire's part of the contract: an IPv4 header without a source or a checksum gets both.
void complete_ipv4(std::vector<std::uint8_t>& packet, const IpAddress& source) {
  if (std::ranges::all_of(std::span(packet).subspan(12, 4), [](std::uint8_t byte) { return byte == 0; })) {
    const auto value = source.v4_value();
    for (std::size_t i = 0; i < 4; ++i) packet[12 + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
    packet[10] = packet[11] = 0;
  }
  if (packet[10] != 0 || packet[11] != 0) return;
  const auto header_bytes = std::min<std::size_t>(std::size_t{4} * (packet[0] & 0x0f), packet.size());
  const auto checksum = codec::internet_checksum(codec::Bytes(packet).first(header_bytes));
  packet[10] = static_cast<std::uint8_t>(checksum >> 8);
  packet[11] = static_cast<std::uint8_t>(checksum);
}

}  // namespace

SimulatedWire::SimulatedWire(SimulatedInternet& internet, ManualClock& clock)
    : internet_(internet), clock_(clock), manual_clock_(&clock) {}

SimulatedWire::SimulatedWire(SimulatedInternet& internet, const Clock& clock) : internet_(internet), clock_(clock) {}

platform::WireTraits SimulatedWire::traits() const {
  const auto& vantage = internet_.scenario().vantage;
  return {.name = "simulated", .has_v4 = !vantage.v4.is_unspecified(), .has_v6 = !vantage.v6.is_unspecified()};
}

Result<IpAddress> SimulatedWire::source_for(const IpAddress& destination) {
  const auto& source = internet_.scenario().vantage.address(destination.family());
  if (!source.is_unspecified()) return source;
  return fail(ErrorKind::unavailable, destination.is_v4() ? "the scenario's vantage has no IPv4 address"
                                                          : "the scenario's vantage has no IPv6 address");
}

Result<std::size_t> SimulatedWire::send(std::span<const platform::OutgoingPacket> packets,
                                        std::vector<std::size_t>& refused) {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const auto& packet = packets[i];
    if (!source_for(packet.destination) || packet.bytes.size() + packet.zeros > largest_packet()) {
      ++counters_.send_errors;
      refused.push_back(i);
      continue;
    }
    ++counters_.packets_sent;
    completed_.assign(packet.bytes.begin(), packet.bytes.end());
    completed_.insert(completed_.end(), packet.zeros, 0);
    if (is_ipv4(completed_)) complete_ipv4(completed_, internet_.scenario().vantage.v4);
    internet_.send(completed_, now());
  }
  return packets.size();
}

std::size_t SimulatedWire::largest_packet() const {
  const auto mtu = internet_.scenario().vantage.access.mtu;
  return mtu == 0 ? most_packet_bytes : std::min<std::size_t>(mtu, most_packet_bytes);
}

Result<std::size_t> SimulatedWire::receive(std::span<platform::IncomingPacket> packets, Instant until) {
  if (packets.empty()) return std::size_t{0};
  for (;;) {
    if (const auto taken = take_what_is_there(packets); taken > 0) return taken;
    if (!pass_time(until)) return std::size_t{0};
  }
}

void SimulatedWire::rest(Instant until) {
  const auto present = now();
  if (present >= until) return;
  if (manual_clock_ == nullptr)
    signal_.wait_for(until - present);
  else if (!signal_.take())
    manual_clock_->advance_to(until);
}

std::size_t SimulatedWire::take_what_is_there(std::span<platform::IncomingPacket> packets) {
  std::size_t taken = 0;
  const auto present = now();
  if (arrived_.size() < packets.size()) arrived_.resize(packets.size());
  while (taken < packets.size() && internet_.take_arrival(present, arrived_[taken], packets[taken].received_at)) {
    packets[taken].bytes = arrived_[taken];
    packets[taken].reconstructed = false;
    ++taken;
  }
  counters_.packets_received += taken;
  return taken;
}

bool SimulatedWire::pass_time(Instant until) {
  const auto present = now();
  if (signal_.take() || present >= until) return false;
  const auto next = std::min(until, internet_.next_arrival().value_or(until));
  if (manual_clock_ != nullptr) {
    manual_clock_->advance_to(next);
    return true;
  }
  return next <= present || !signal_.wait_for(next - present);
}

}  // namespace cw::lab
