#pragma once

// Which probes are under way, by destination and sequence number: the one place where a reply finds its probe.
// Numbers run on per destination, so tasks that probe one address at the same time never mix, and go on where
// the last task to that address stopped, so an answer to an old probe finds none.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "core/ip_address.hpp"
#include "core/random.hpp"
#include "core/time.hpp"
#include "ports/probe/native/task.hpp"

namespace cw::probe {

struct Flight {
  Instant sent_at;
  std::uint32_t task = 0;
  ProbeTag tag;
  bool live = false;      // the task still runs
  bool answered = false;  // one answer has come
};

class FlightLedger {
 public:
  class Destination {
   public:
    [[nodiscard]] const IpAddress& address() const { return address_; }

   private:
    friend class FlightLedger;
    IpAddress address_;
    std::uint64_t oldest_ = 0;  // numbers from here to before `next_` are in the ring
    std::uint64_t next_ = 0;
    std::uint32_t users_ = 0;
    std::vector<Flight> ring_;

    [[nodiscard]] Flight& flight(std::uint64_t number) { return ring_[number % ring_.size()]; }
  };

  explicit FlightLedger(Random& random);

  // A task begins to probe an address, and ends. The destination stays where it is while a task uses it.
  Destination& join(const IpAddress& address);
  void leave(Destination& destination, std::uint32_t task);

  // The sequence number of a new probe.
  std::uint16_t issue(Destination& destination, std::uint32_t task, ProbeTag tag, Instant now);

  // nullptr: nobody probes that address; no such probe is under way.
  [[nodiscard]] Destination* find(const IpAddress& address);
  [[nodiscard]] Flight* find(Destination& destination, std::uint16_t sequence);

 private:
  static void make_room(Destination& destination, Instant now);
  static void grow(Destination& destination);
  [[nodiscard]] std::uint64_t hash_of(const IpAddress& address) const;
  std::uint16_t& start_of(const IpAddress& address);
  [[nodiscard]] std::size_t place_of(const IpAddress& address) const;
  void widen_index();
  void take_out(std::size_t place);

  std::deque<Destination> destinations_;
  std::vector<Destination*> unused_;  // of these: nobody probes them; their rings wait for the next ones
  // By hash of the address, the next free place where it is taken; at most half full, a power of two long.
  std::vector<Destination*> index_;
  std::size_t used_ = 0;
  // Where numbers start, by hash of the address; shared by addresses with the same hash, which does no harm.
  std::vector<std::uint16_t> starts_;
  std::uint64_t salt_;
};

}  // namespace cw::probe
