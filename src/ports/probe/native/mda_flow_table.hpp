#pragma once

// What a multipath trace knows: for each flow and TTL, who answered. From it come the views of hops that the
// rules look at, and the graph that is the result.
//
// What counts: a flow has a path of its own, which ends at the first TTL where the destination, or somebody's
// refusal, answered. Answers to larger TTLs belong to no hop; nor does an answer of a flow that may have ended at
// the TTL before.

#include <cstdint>
#include <utility>
#include <vector>

#include "core/ip_address.hpp"
#include "core/time.hpp"
#include "model/measurement.hpp"

namespace cw::probe {

struct FlowCell {
  Instant last_sent;
  std::int16_t interface = -1;  // who answered first: a place in the hop's interfaces; -1 nobody
  std::uint8_t sent = 0;
  std::uint8_t answers = 0;  // to different probes
  bool open = false;         // the last probe is awaited
  bool silent = false;       // given up

  [[nodiscard]] bool is_settled() const { return interface >= 0 || silent; }
};

// How a flow stands at a TTL.
enum class Standing : std::uint8_t {
  untried,
  waiting,
  silent,
  answered,
  out,  // it ended before, or may have
};

// One TTL, and only what counts there.
struct HopView {
  struct Seen {
    IpAddress address;
    bool ends = false;                 // its flows go no further
    std::vector<std::uint16_t> flows;  // ascending
  };
  struct Flow {
    Standing standing = Standing::untried;
    std::int16_t seen = -1;  // a place in `seen`
    int answers = 0;
    int lost = 0;  // probes that were not answered, of flows that are answered or silent
  };
  std::vector<Seen> seen;
  std::vector<Flow> flows;  // by number; those behind its end are as `others`
  Standing others = Standing::untried;
  int answered = 0;  // flows
  int silent = 0;
  int waiting = 0;
  int repeats = 0;       // answers that flows gave again, and alike
  int repeats_open = 0;  // awaited
  int lost = 0;          // probes of flows that answered others
  // Flows met several addresses there; or one TTL before, and there are several here.
  bool per_packet = false;

  [[nodiscard]] Flow flow(int number) const;
  [[nodiscard]] bool is_wide() const { return seen.size() > 1; }
  [[nodiscard]] bool has_ends() const;
  // Somebody there may be silent, so that those seen need not be all that a flow meets: flows are not answered, or
  // only now and then, and more often than by chance.
  [[nodiscard]] bool may_hide_somebody() const { return silent > 0 || (lost > 1 && lost * 4 >= answered); }
  // Branches as the stopping rule counts them: silence is one more.
  [[nodiscard]] int branches() const;
};

class FlowTable {
 public:
  FlowTable(int first, int last);

  [[nodiscard]] int first() const { return first_; }
  [[nodiscard]] int last() const { return first_ + static_cast<int>(hops_.size()) - 1; }

  void on_sent(int ttl, int flow, Instant at);
  // `ends`: the destination, or a refusal. Whether that is more than one answer more from where others came from.
  bool on_answer(int ttl, int flow, const IpAddress& from, bool ends);
  void give_up(int ttl, int flow);
  // The flows that were given up there are awaited again; which they are.
  std::vector<int> reopen_silent(int ttl);

  [[nodiscard]] FlowCell cell(int ttl, int flow) const;
  // Probes that are awaited there.
  [[nodiscard]] int open_at(int ttl) const { return hop(ttl).open; }
  [[nodiscard]] bool has_answers(int ttl) const { return !hop(ttl).interfaces.empty(); }
  // The largest TTL that somebody answered who passes packets on; first() - 1 where there is none.
  [[nodiscard]] int highest_forwarder() const;
  [[nodiscard]] bool ended_before(int flow, int ttl) const;

  enum class FirstFlow : std::uint8_t { settled, under_way };
  // From the first TTL to `end`, without what was lost by chance (mda_chance_loss.hpp). Where flow 0 is under way, it
  // is awaited wherever it is not yet seen.
  [[nodiscard]] std::vector<HopView> views(int end, FirstFlow first_flow) const;

 private:
  struct Interface {
    IpAddress address;
    bool ends = false;
  };
  struct Hop {
    std::vector<FlowCell> cells;  // by flow
    std::vector<Interface> interfaces;
    std::vector<std::pair<std::uint16_t, std::int16_t>> strays;  // flows, and who else answered them
    int open = 0;
  };

  [[nodiscard]] const Hop& hop(int ttl) const { return hops_[static_cast<std::size_t>(ttl - first_)]; }
  FlowCell& touch(int ttl, int flow);
  void set_open(int ttl, FlowCell& cell, bool open);
  [[nodiscard]] Standing standing(int ttl, int flow, const HopView* before, FirstFlow first_flow) const;
  [[nodiscard]] HopView view(int ttl, const HopView* before, FirstFlow first_flow) const;

  int first_;
  std::vector<Hop> hops_;
  std::vector<std::int16_t> ends_;  // by flow: the TTL where it ended
};

// Interfaces and links up to the last hop where anybody answered. A link is claimed only where one and the same
// flow was answered at both TTLs, and
// 1. only with the evidence that both answers are of one way (mda_link_evidence.hpp): never from a hop where flows do
//    not keep to their way;
// 2. never to the same address (a router that passes on what it should have dropped), nor to a router's refusal
//    (which comes from the router before).
PathGraph make_graph(const FlowTable& table, const IpAddress& destination);

}  // namespace cw::probe
