#pragma once

// What a right measurement of a simulated Internet must find, as it is at this moment: for tests, so that the
// truth is computed apart from the packets.

#include <optional>
#include <string>
#include <vector>

#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "lab/flow.hpp"
#include "lab/simulated_internet.hpp"

namespace cw::lab {

struct ExpectedHop {
  std::vector<IpAddress> addresses;  // sorted; one, unless the path branches
  bool may_be_silent = false;        // somebody at this distance does not answer, or not always

  // "192.0.2.1", "192.0.2.1|192.0.2.5", "*" for silence alone
  [[nodiscard]] std::string to_string() const;
};

struct ExpectedPath {
  std::vector<ExpectedHop> hops;  // by TTL from 1; the answer of the destination, or a refusal, is the last
  bool reached = false;           // the destination answers

  // The hops with spaces between them.
  [[nodiscard]] std::string to_string() const;
};

enum class Branches : std::uint8_t {
  of_flow,  // only the way of this flow; routers that balance by packet branch still
  all,      // every way that some flow takes
};

// Loss and rate limits are left out: every probe that can be answered is. At most `most_hops` hops.
ExpectedPath expected_path(SimulatedInternet& internet, const Flow& flow, Branches branches, int most_hops = 32);
// Every way that ICMP echo requests take.
ExpectedPath expected_path(SimulatedInternet& internet, const IpAddress& destination);

// Who runs the router or network that has the address.
std::optional<Asn> owner_of(const SimulatedInternet& internet, const IpAddress& address);

}  // namespace cw::lab
