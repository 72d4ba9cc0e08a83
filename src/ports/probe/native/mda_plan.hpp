#pragma once

// Which flows a multipath trace wants to send next, and at which TTLs: the rules of MDA-Lite (Vermeulen, Strowes,
// Fourmaux, Friedman, "Multilevel MDA-Lite Paris Traceroute", IMC 2018), for all TTLs at the same time, so that a
// round of questions costs one round trip for the whole path.
//
// 1. Every TTL gets as many flows as the stopping rule wants for the branches seen there; silence counts as a
//    branch. A branch that one flow alone has shown is a sign of unequal shares: then the hop gets as many flows
//    as if there were one branch more. The flows are the same at every TTL, so that most links are found on the way.
// 2. Every interface gets a flow that is answered at the TTL before and at the TTL after. Where both of two
//    neighbouring TTLs branch, `mesh_flows` flows of each interface, as far as they are known.
// 3. Between two splits and joins, the diamond is even when each interface of the wider hop has one neighbour in
//    the narrower one, and those of the narrower have equally many. Where it is not, every interface is asked for
//    by itself, as in the MDA before it (Augustin, Friedman, Teixeira, "Measuring load-balanced paths in the
//    Internet", IMC 2007): as many flows through it as the stopping rule wants for the branches behind it. For
//    that, flows are tried at its TTL until enough go through it.
// 4. At every TTL that branches, flows are asked again, so that a router that sends each packet another way is
//    told from one that keeps flows together; the more often, the more depends on it. Where one is told, flows are
//    not searched for any more: the hops behind it, up to where all meet, are known by their addresses alone.
// 5. Between neighbouring TTLs flows are asked again, or more of them, until each link that one flow crossed has the
//    evidence that it is one (mda_link_evidence.hpp), or does not get it: then it is not claimed.
//
// What the rules cannot promise: branches with unequal shares are missed more often than the confidence says
// (mda_stopping_rule.hpp); and where a router sends each packet another way over two rows of two routers, both rows may
// by chance show one branch only (six flows each at 95 %: one diamond in two thousand), so that a link between them
// would be made up.

#include <vector>

#include "ports/probe/native/mda_flow_table.hpp"

namespace cw::probe {

struct ProbeWish {
  int ttl = 0;
  int flow = 0;
  friend bool operator==(const ProbeWish&, const ProbeWish&) = default;
};

struct PlanScope {
  int end = 0;  // the last TTL to ask about
  int confidence_percent = 95;
  int most_flows = 512;
  FlowTable::FirstFlow first_flow = FlowTable::FirstFlow::settled;
};

struct Plan {
  std::vector<ProbeWish> wishes;
  bool out_of_flows = false;       // a rule wanted more flows than there may be
  std::vector<int> packets_apart;  // TTLs where packets of one flow take several ways, and those beside them
};

inline constexpr int mesh_flows = 4;

Plan plan_probes(const FlowTable& table, const PlanScope& scope);

}  // namespace cw::probe
