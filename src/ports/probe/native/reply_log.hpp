#pragma once

// The answers of a running task, kept small: thousands of tasks run at once. They become the model's replies
// when the task ends.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/ip_address.hpp"
#include "core/time.hpp"
#include "model/measurement.hpp"
#include "ports/probe/native/task.hpp"

namespace cw::probe {

enum class Timeliness : std::uint8_t { in_time, late };

class ReplyLog {
 public:
  // False when there are too many late and duplicate ones already: the reply is not kept.
  bool add(const Answer& answer, Timeliness timeliness);

  // The address of the first answer to that TTL that counts; nullptr where there is none.
  [[nodiscard]] const IpAddress* address_at(Ttl ttl) const;
  // Whether that address answered another TTL.
  [[nodiscard]] bool answered_elsewhere(const IpAddress& address, Ttl ttl) const;
  [[nodiscard]] std::vector<Reply> replies_at(Ttl ttl) const;
  [[nodiscard]] std::vector<Reply> all() const;

  // Forgets the answers of one attempt above a TTL.
  void drop_above(Ttl ttl, std::uint16_t attempt);

 private:
  struct Entry {
    IpAddress from;
    Duration rtt;
    std::uint16_t attempt;
    std::uint16_t next_hop_mtu;
    Ttl ttl;
    std::uint8_t label_count;
    std::uint8_t icmp_type;
    std::uint8_t icmp_code;
    std::uint8_t reply_ttl;
    std::uint8_t quoted_ttl;
    std::uint8_t quoted_tos;
    std::uint8_t tcp_flags;
    bool has_reply_ttl : 1;
    bool has_quoted_ttl : 1;
    bool has_quoted_tos : 1;
    bool has_tcp_flags : 1;
    bool has_mtu : 1;
    bool late : 1;
    bool duplicate : 1;
    bool rewritten : 1;
  };
  template <class Wanted>
  [[nodiscard]] std::vector<Reply> replies_where(Wanted wanted) const;
  [[nodiscard]] static Reply reply(const Entry& entry, std::span<const MplsLabel> labels);

  std::vector<Entry> entries_;
  // A bit for each address that answered, several of them to one: where it is not set, nobody need look.
  std::uint64_t addresses_ = 0;
  std::vector<MplsLabel> labels_;  // of all entries, one after the other
  int uncounted_ = 0;              // late and duplicate ones
};

// The model's form of an answer.
Reply to_reply(const Answer& answer, Timeliness timeliness);

}  // namespace cw::probe
