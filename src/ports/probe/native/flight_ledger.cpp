#include "ports/probe/native/flight_ledger.hpp"

#include <cassert>

#include "ports/probe/native/probe_flow.hpp"

namespace cw::probe {
namespace {

constexpr std::size_t first_ring_size = 16;
// Half of the sequence numbers: a number is never used again while its probe is in the ring.
constexpr std::size_t largest_ring_size = 32'768;
// Nobody waits longer for an answer; older probes make room for new ones.
constexpr Duration remembered = std::chrono::seconds(20);
constexpr std::size_t start_count = 16'384;

std::uint16_t sequence_of(std::uint64_t number) {
  return static_cast<std::uint16_t>(lowest_sequence + number % sequence_count);
}

}  // namespace

FlightLedger::FlightLedger(Random& random) : starts_(start_count), salt_(random.next()) {
  for (auto& start : starts_) start = static_cast<std::uint16_t>(random.below(sequence_count));
}

std::uint16_t& FlightLedger::start_of(const IpAddress& address) {
  const auto hash = (std::hash<IpAddress>{}(address) ^ salt_) * 0x9e3779b97f4a7c15;
  return starts_[hash >> 50];
}

FlightLedger::Destination& FlightLedger::join(const IpAddress& address) {
  const auto [at, is_new] = destinations_.try_emplace(address);
  auto& destination = at->second;
  if (is_new) {
    destination.address_ = address;
    destination.next_ = destination.oldest_ = start_of(address);
  }
  ++destination.users_;
  return destination;
}

void FlightLedger::leave(Destination& destination, std::uint32_t task) {
  assert(destination.users_ > 0);
  if (--destination.users_ == 0) {
    start_of(destination.address_) = static_cast<std::uint16_t>(destination.next_ % sequence_count);
    destinations_.erase(IpAddress(destination.address_));
    return;
  }
  for (auto& flight : destination.ring_)
    if (flight.task == task) flight.live = false;
}

// 1. Probes whose task has ended, and those that are too old to matter, go first.
// 2. Then the ring grows.
// 3. At its largest, the oldest probe is forgotten: an answer to it counts as unmatched.
void FlightLedger::make_room(Destination& destination, Instant now) {
  auto& ring = destination.ring_;
  if (destination.next_ - destination.oldest_ < ring.size()) return;
  while (destination.oldest_ < destination.next_) {
    const auto& flight = ring[destination.oldest_ & (ring.size() - 1)];
    if (flight.live && flight.sent_at + remembered > now) break;
    ++destination.oldest_;
  }
  if (destination.next_ - destination.oldest_ < ring.size()) return;
  if (ring.size() == largest_ring_size) {
    ++destination.oldest_;
    return;
  }
  std::vector<Flight> larger(ring.empty() ? first_ring_size : ring.size() * 2);
  for (auto number = destination.oldest_; number < destination.next_; ++number)
    larger[number & (larger.size() - 1)] = ring[number & (ring.size() - 1)];
  ring = std::move(larger);
}

std::uint16_t FlightLedger::issue(Destination& destination, std::uint32_t task, ProbeTag tag, Instant now) {
  make_room(destination, now);
  const auto number = destination.next_++;
  destination.ring_[number & (destination.ring_.size() - 1)] =
      Flight{.sent_at = now, .task = task, .tag = tag, .live = true, .answered = false};
  return sequence_of(number);
}

FlightLedger::Destination* FlightLedger::find(const IpAddress& address) {
  const auto found = destinations_.find(address);
  return found == destinations_.end() ? nullptr : &found->second;
}

Flight* FlightLedger::find(Destination& destination, std::uint16_t sequence) {
  if (sequence < lowest_sequence || sequence > sequence_count) return nullptr;
  const auto newest = destination.next_ + sequence_count - 1;
  const auto behind = (newest - (sequence - lowest_sequence)) % sequence_count;
  if (behind >= destination.next_ - destination.oldest_) return nullptr;
  auto& flight = destination.ring_[(destination.next_ - 1 - behind) & (destination.ring_.size() - 1)];
  return flight.live ? &flight : nullptr;
}

}  // namespace cw::probe
