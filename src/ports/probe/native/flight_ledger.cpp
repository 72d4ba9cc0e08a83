#include "ports/probe/native/flight_ledger.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "ports/probe/native/probe_flow.hpp"

namespace cw::probe {
namespace {

constexpr std::size_t first_ring_size = 16;
// Half of the sequence numbers: a number is never used again while its probe is in the ring.
constexpr std::size_t largest_ring_size = 32'768;
// Of a destination that nobody probes any more.
constexpr std::size_t largest_ring_kept = 64;
constexpr std::size_t first_index_size = 64;
// Nobody waits longer for an answer; older probes make room for new ones.
constexpr Duration remembered = std::chrono::seconds(20);
constexpr std::size_t start_count = 16'384;

std::uint16_t sequence_of(std::uint64_t number) {
  return static_cast<std::uint16_t>(lowest_sequence + number % sequence_count);
}

}  // namespace

FlightLedger::FlightLedger(Random& random) : index_(first_index_size), starts_(start_count), salt_(random.next()) {
  for (auto& start : starts_) start = static_cast<std::uint16_t>(random.below(sequence_count));
}

// The highest bits are the best of them.
std::uint64_t FlightLedger::hash_of(const IpAddress& address) const {
  return (std::hash<IpAddress>{}(address) ^ salt_) * 0x9e3779b97f4a7c15;
}

std::uint16_t& FlightLedger::start_of(const IpAddress& address) { return starts_[hash_of(address) >> 50]; }

// ---- the index

// Where the address is, or would be.
std::size_t FlightLedger::place_of(const IpAddress& address) const {
  auto place = (hash_of(address) >> 32) & (index_.size() - 1);
  while (index_[place] != nullptr && index_[place]->address_ != address) place = (place + 1) & (index_.size() - 1);
  return place;
}

void FlightLedger::widen_index() {
  std::vector<Destination*> narrow(index_.size() * 2);
  std::swap(narrow, index_);
  for (auto* destination : narrow)
    if (destination != nullptr) index_[place_of(destination->address_)] = destination;
}

// Those behind it move up, so that no search ends before them (Knuth, volume 3, section 6.4, algorithm R).
void FlightLedger::take_out(std::size_t place) {
  index_[place] = nullptr;
  for (auto next = (place + 1) & (index_.size() - 1); index_[next] != nullptr;
       next = (next + 1) & (index_.size() - 1)) {
    auto* destination = std::exchange(index_[next], nullptr);
    index_[place_of(destination->address_)] = destination;
  }
}

FlightLedger::Destination& FlightLedger::join(const IpAddress& address) {
  auto place = place_of(address);
  if (index_[place] == nullptr) {
    if (2 * (used_ + 1) > index_.size()) {
      widen_index();
      place = place_of(address);
    }
    if (unused_.empty()) unused_.push_back(&destinations_.emplace_back());
    auto& fresh = *unused_.back();
    unused_.pop_back();
    fresh.address_ = address;
    fresh.next_ = fresh.oldest_ = start_of(address);
    index_[place] = &fresh;
    ++used_;
  }
  auto& destination = *index_[place];
  ++destination.users_;
  return destination;
}

void FlightLedger::leave(Destination& destination, std::uint32_t task) {
  assert(destination.users_ > 0);
  if (--destination.users_ > 0) {
    for (auto& flight : destination.ring_)
      if (flight.task == task) flight.live = false;
    return;
  }
  start_of(destination.address_) = static_cast<std::uint16_t>(destination.next_ % sequence_count);
  take_out(place_of(destination.address_));
  --used_;
  if (destination.ring_.size() > largest_ring_kept) destination.ring_ = {};
  unused_.push_back(&destination);
}

// ---- probes

// 1. Probes whose task has ended, and those that are too old to matter, go first.
// 2. Then the ring grows.
// 3. At its largest, the oldest probe is forgotten: an answer to it counts as unmatched.
void FlightLedger::make_room(Destination& destination, Instant now) {
  const auto is_full = [&] { return destination.next_ - destination.oldest_ == destination.ring_.size(); };
  if (!is_full()) return;
  for (; destination.oldest_ < destination.next_; ++destination.oldest_) {
    const auto& flight = destination.flight(destination.oldest_);
    if (flight.live && flight.sent_at + remembered > now) break;
  }
  if (!is_full()) return;
  if (destination.ring_.size() < largest_ring_size)
    grow(destination);
  else
    ++destination.oldest_;
}

// By half: most traces send a few probes more than there are places at first.
void FlightLedger::grow(Destination& destination) {
  const auto size = destination.ring_.size();
  std::vector<Flight> larger(std::clamp(size + size / 2, first_ring_size, largest_ring_size));
  for (auto number = destination.oldest_; number < destination.next_; ++number)
    larger[number % larger.size()] = destination.flight(number);
  destination.ring_ = std::move(larger);
}

std::uint16_t FlightLedger::issue(Destination& destination, std::uint32_t task, ProbeTag tag, Instant now) {
  make_room(destination, now);
  const auto number = destination.next_++;
  destination.flight(number) = Flight{.sent_at = now, .task = task, .tag = tag, .live = true, .answered = false};
  return sequence_of(number);
}

FlightLedger::Destination* FlightLedger::find(const IpAddress& address) { return index_[place_of(address)]; }

Flight* FlightLedger::find(Destination& destination, std::uint16_t sequence) {
  if (sequence < lowest_sequence || sequence > sequence_count) return nullptr;
  const auto newest = destination.next_ + sequence_count - 1;
  const auto behind = (newest - (sequence - lowest_sequence)) % sequence_count;
  if (behind >= destination.next_ - destination.oldest_) return nullptr;
  auto& flight = destination.flight(destination.next_ - 1 - behind);
  return flight.live ? &flight : nullptr;
}

}  // namespace cw::probe
