#pragma once

// Packets on their way to the vantage, by the instant of their arrival. Their number has a bound; their storage
// is used again.

#include <cstdint>
#include <optional>
#include <queue>
#include <vector>

#include "codec/byte_reader.hpp"
#include "core/time.hpp"
#include "lab/scenario.hpp"

namespace cw::lab {

class Arrivals {
 public:
  struct Event {
    Instant at;
    std::uint64_t order = 0;  // of two at one instant, the first one queued is first
    std::uint32_t slot = 0;
    std::uint32_t router = nowhere;  // that has to allow the reply first; nowhere: it arrives

    friend bool operator>(const Event& a, const Event& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }
  };

  explicit Arrivals(std::size_t most_packets) : most_packets_(most_packets) {}

  // The stored packet, or nullptr where the bound is reached and it is lost.
  std::vector<std::uint8_t>* add(codec::Bytes packet, Instant at, std::uint32_t router = nowhere);
  [[nodiscard]] std::optional<Instant> next() const;
  // The next event, if it is due by then. Its packet is there until `release`.
  std::optional<Event> take(Instant until);
  [[nodiscard]] std::vector<std::uint8_t>& packet(const Event& event) { return slots_[event.slot]; }
  void release(const Event& event) { free_.push_back(event.slot); }

  [[nodiscard]] std::size_t size() const { return slots_.size() - free_.size(); }

 private:
  std::size_t most_packets_;
  std::uint64_t order_ = 0;
  std::vector<std::vector<std::uint8_t>> slots_;
  std::vector<std::uint32_t> free_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
};

}  // namespace cw::lab
