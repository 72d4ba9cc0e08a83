#pragma once

// Which probes are under way, by destination and sequence number: the one place where a reply finds its probe.
// Numbers run on per destination, so tasks that probe one address at the same time never mix, and go on where
// the last task to that address stopped, so an answer to an old probe finds none.

#include <cstddef>
#include <cstdint>
#include <unordered_map>
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
    std::vector<Flight> ring_;  // a power of two long
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
  void make_room(Destination& destination, Instant now);
  std::uint16_t& start_of(const IpAddress& address);

  std::unordered_map<IpAddress, Destination> destinations_;
  // Where numbers start, by hash of the address; shared by addresses with the same hash, which does no harm.
  std::vector<std::uint16_t> starts_;
  std::uint64_t salt_;
};

}  // namespace cw::probe
