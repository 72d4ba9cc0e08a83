#pragma once

// Which packet size to try next, and what is known in the end: the search for a path's MTU without probes or time.
//
// 1. Our own machine is asked first: what it refuses never leaves, so its limit is found exactly.
// 2. A router that says how much fits (RFC 1191, RFC 8201) is believed downwards only, and only where that leaves
//    something between what passed and what did not; one byte more than it said shows whether it was right.
// 3. One that does not say, or cannot be believed, is answered with the next common size below (RFC 1191, section 7.1).
// 4. Silence where the least packet is answered is a black hole (RFC 2923, section 2.1): then the sizes between are
//    halved. Silence to the least packet says nothing: the destination does not answer such probes.
// 5. Where even a packet that has passed before is answered no more, silence to larger ones says nothing either: the
//    search ends with what is proved, and no limit is named that is not.
// 6. Every step narrows the gap between what passed and what did not, and the words of routers are taken so often
//    and no oftener: nobody can make it go on for ever.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/ip_address.hpp"
#include "model/measurement.hpp"

namespace cw::probe {

// The jumbo frames of Ethernet are the largest that routers carry.
inline constexpr std::uint16_t largest_tried_packet = 9'216;

class PathMtuFinder {
 public:
  explicit PathMtuFinder(Family family) : floor_(family == Family::v4 ? least_v4 : least_v6) {}

  // The size to try now; nothing when there is no more to find out.
  [[nodiscard]] std::optional<std::uint16_t> next() const;
  // Whether our own machine's limit is still looked for: then a size counts as taken when it was not refused.
  [[nodiscard]] bool asks_own_machine() const { return !own_limit_is_known(); }

  void taken_here(std::uint16_t size);
  void refused_here(std::uint16_t size);
  void passed(std::uint16_t size);
  void silent(std::uint16_t size);
  // There are no more answers to be had, to packets of any size.
  void answers_ended() { answers_ended_ = true; }
  // `mtu` is what the message said; 0 where it said nothing.
  void too_big(std::uint16_t size, const IpAddress& from, Ttl ttl, std::uint16_t mtu);

  // The largest packet that passed; 0: none did.
  [[nodiscard]] std::uint16_t largest_passed() const { return passed_; }
  // A packet that may well be answered: the largest that was, or the least that every link carries.
  [[nodiscard]] std::uint16_t control_size() const { return passed_ != 0 ? passed_ : floor_; }
  // The answers ended before it was known what becomes of larger packets than the largest that passed.
  [[nodiscard]] bool is_cut_short() const { return answers_ended_ && passed_ != 0 && is_open(passed_ + 1U); }
  // The smallest packet that got lost without a word, where that is what ends the path's MTU.
  [[nodiscard]] std::optional<std::uint16_t> lost() const;
  // By TTL. `lost_behind` is where lost packets were last seen. One of them is the path's MTU, unless the search was
  // cut short or met none.
  [[nodiscard]] std::vector<MtuLimit> limits(std::optional<Ttl> lost_behind) const;

 private:
  // RFC 791 and RFC 8200, section 5: what every link carries.
  static constexpr std::uint16_t least_v4 = 68;
  static constexpr std::uint16_t least_v6 = 1'280;
  static constexpr int most_words_believed = 8;

  struct Refusal {
    IpAddress from;
    Ttl ttl;
    std::uint16_t least = 0;    // of the sizes that it refused
    std::uint16_t claimed = 0;  // with that one
  };

  [[nodiscard]] bool own_limit_is_known() const;
  [[nodiscard]] std::uint16_t next_for_own_machine() const;
  // The smallest size that is known not to pass.
  [[nodiscard]] std::uint32_t bound() const { return std::min(failed_, refused_here_); }
  [[nodiscard]] bool is_open(std::uint32_t size) const { return size > passed_ && size < bound(); }
  [[nodiscard]] std::uint16_t largest_beyond(const Refusal& refusal) const;

  std::uint16_t floor_;
  std::uint32_t refused_here_ = std::uint32_t{largest_tried_packet} + 1;
  std::uint16_t taken_here_ = 0;
  std::uint16_t passed_ = 0;
  std::uint32_t failed_ = std::uint32_t{largest_tried_packet} + 1;
  bool failed_silently_ = false;
  bool floor_is_silent_ = false;
  bool answers_ended_ = false;
  std::optional<std::uint16_t> hint_;  // where a router or the table of sizes points to
  int words_believed_ = 0;
  std::vector<Refusal> refusals_;
};

}  // namespace cw::probe
