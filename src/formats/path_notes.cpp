#include "formats/path_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace cw::formats {
namespace {

using Notes = std::vector<PathNote>;

// Longer ways than this are not seen: then the sender's first TTL was none of the usual ones.
constexpr int longest_way_back = 40;
// A difference of one hop is no asymmetry: hosts and translators often count one more or less.
constexpr int asymmetry = 2;

bool counts(const Reply& reply) { return !reply.late && !reply.duplicate; }

// ICMP only: a TCP segment has no type.
bool is_time_exceeded(const Reply& reply) {
  return !reply.tcp_flags && reply.icmp_type == (reply.from.is_v4() ? 11 : 3);
}

bool answers_from(const Hop& hop, const IpAddress& address) {
  return std::ranges::any_of(hop.replies, [&](const Reply& reply) { return counts(reply) && reply.from == address; });
}

template <class Predicate>
const Reply* first_reply(const Hop& hop, Predicate predicate) {
  const auto found =
      std::ranges::find_if(hop.replies, [&](const Reply& reply) { return counts(reply) && predicate(reply); });
  return found == hop.replies.end() ? nullptr : &*found;
}

// A router that does not look at the TTL sends a packet on with TTL 0; the next one reports it with a quoted TTL of 0,
// and answers at the next TTL again.
void note_zero_ttl(const Measurement& measurement, Notes& notes) {
  for (std::size_t i = 0; i + 1 < measurement.hops.size(); ++i) {
    const Hop& hop = measurement.hops[i];
    const Hop& next = measurement.hops[i + 1];
    if (next.ttl.value != hop.ttl.value + 1) continue;
    const Reply* early = first_reply(hop, [](const Reply& reply) { return reply.quoted_ttl == 0; });
    if (early == nullptr || !answers_from(next, early->from)) continue;
    notes.push_back(
        {.ttl = hop.ttl,
         .kind = PathNoteKind::zero_ttl_forwarding,
         .text = fmt::format("The router at hop {} does not show itself: it passes on packets whose TTL has "
                             "run out, so {} answers at hops {} and {} and stands at hop {}.",
                             hop.ttl.value, early->from.to_string(), hop.ttl.value, next.ttl.value, next.ttl.value)});
  }
}

void note_translation(const Measurement& measurement, Notes& notes) {
  for (const Hop& hop : measurement.hops) {
    const Reply* reply = first_reply(hop, [](const Reply& each) { return each.rewritten; });
    if (reply == nullptr) continue;
    notes.push_back({.ttl = hop.ttl,
                     .kind = PathNoteKind::address_translation,
                     .text = fmt::format("From hop {} ({}) on, probes arrive with other addresses or ports than they "
                                         "were sent with: they are translated on the way.",
                                         hop.ttl.value, reply->from.to_string())});
    return;
  }
}

// RFC 2474: the upper six bits of the field; the lower two are for congestion (RFC 3168) and may change.
void note_dscp(const Measurement& measurement, Notes& notes) {
  const auto differs = [&](const Reply& reply) {
    return reply.quoted_tos && *reply.quoted_tos >> 2 != measurement.dscp;
  };
  for (const Hop& hop : measurement.hops) {
    const Reply* reply = first_reply(hop, differs);
    if (reply == nullptr) continue;
    notes.push_back(
        {.ttl = hop.ttl,
         .kind = PathNoteKind::dscp_rewritten,
         .text = fmt::format("From hop {} ({}) on, probes arrive with DSCP {} instead of {}.", hop.ttl.value,
                             reply->from.to_string(), *reply->quoted_tos >> 2, measurement.dscp)});
    return;
  }
}

// Inside a tunnel the label's TTL is counted down and not the packet's, so the quoted TTL grows from hop to hop
// (Donnet et al., "Revealing MPLS Tunnels Obscured from Traceroute", CCR 2012: implicit tunnels).
const Reply* inside_hidden_tunnel(const Hop& hop) {
  return first_reply(
      hop, [](const Reply& reply) { return is_time_exceeded(reply) && reply.quoted_ttl > 1 && reply.mpls.empty(); });
}

void note_tunnels(const Measurement& measurement, Notes& notes) {
  for (std::size_t i = 0; i < measurement.hops.size(); ++i) {
    if (inside_hidden_tunnel(measurement.hops[i]) == nullptr) continue;
    const std::size_t first = i;
    while (i + 1 < measurement.hops.size() && inside_hidden_tunnel(measurement.hops[i + 1]) != nullptr) ++i;
    const int from = measurement.hops[first].ttl.value;
    const int to = measurement.hops[i].ttl.value;
    notes.push_back({.ttl = measurement.hops[first].ttl,
                     .kind = PathNoteKind::hidden_tunnel,
                     .text = fmt::format(
                         "{} inside a tunnel that does not show its labels: the TTL of probes is not "
                         "counted down there.",
                         from == to ? fmt::format("Hop {} is", from) : fmt::format("Hops {} to {} are", from, to))});
  }
}

// An address that comes again after another one; two hops in a row are something else (see zero_ttl_forwarding).
void note_loop(const Measurement& measurement, Notes& notes) {
  for (std::size_t later = 2; later < measurement.hops.size(); ++later) {
    const Reply* again = measurement.hops[later].answer();
    if (again == nullptr || !is_time_exceeded(*again)) continue;
    bool other_between = false;
    for (std::size_t earlier = later; earlier-- > 0;) {
      const Reply* answer = measurement.hops[earlier].answer();
      if (answer == nullptr) continue;
      if (answer->from != again->from) {
        other_between = true;
      } else if (other_between) {
        notes.push_back(
            {.ttl = measurement.hops[later].ttl,
             .kind = PathNoteKind::loop,
             .text = fmt::format("{} answers at hop {} and again at hop {}: packets go round.", again->from.to_string(),
                                 measurement.hops[earlier].ttl.value, measurement.hops[later].ttl.value)});
        return;
      }
    }
  }
}

std::string limit_text(const MtuLimit& limit) {
  if (limit.ttl.value == 0) return fmt::format("Our own link carries packets of up to {} bytes only.", limit.mtu);
  if (limit.from)
    return fmt::format("Behind hop {} ({}) the path carries packets of up to {} bytes only.", limit.ttl.value,
                       limit.from->to_string(), limit.mtu);
  return fmt::format("Packets of more than {} bytes vanish behind hop {}, and nobody says so.", limit.mtu,
                     limit.ttl.value);
}

void note_mtu(const Measurement& measurement, Notes& notes) {
  if (path_mtu_is_lower_bound(measurement) && !measurement.hops.empty())
    notes.push_back(
        {.ttl = measurement.hops.back().ttl,
         .kind = PathNoteKind::mtu_limit,
         .text = fmt::format("Packets of {} bytes reach the destination. Whether larger ones do is not known: "
                             "its answers are limited, and ended before that was found out.",
                             measurement.path_mtu->mtu)});
  std::vector<MtuLimit> limits;
  if (measurement.path_mtu) limits = measurement.path_mtu->limits;
  for (const Hop& hop : measurement.hops) {
    const Reply* reply = first_reply(hop, [](const Reply& each) { return each.next_hop_mtu.value_or(0) > 0; });
    if (reply == nullptr) continue;
    const MtuLimit limit{.ttl = hop.ttl, .from = reply->from, .mtu = *reply->next_hop_mtu};
    if (std::ranges::find(limits, limit) == limits.end()) limits.push_back(limit);
  }
  for (const MtuLimit& limit : limits)
    notes.push_back({.ttl = limit.ttl, .kind = PathNoteKind::mtu_limit, .text = limit_text(limit)});
}

struct DestinationAnswer {
  Ttl ttl;
  const Reply* reply = nullptr;
};

// As destination_rtt: from the probed address, or else the last hop that answered.
std::optional<DestinationAnswer> destination_answer(const Measurement& measurement) {
  if (measurement.status != Status::reached) return std::nullopt;
  std::optional<DestinationAnswer> last;
  for (const Hop& hop : measurement.hops) {
    const Reply* own = first_reply(
        hop, [&](const Reply& reply) { return reply.from == measurement.address && !is_time_exceeded(reply); });
    if (own != nullptr) return DestinationAnswer{.ttl = hop.ttl, .reply = own};
    if (hop.answer() != nullptr) last = DestinationAnswer{.ttl = hop.ttl, .reply = hop.answer()};
  }
  return last;
}

void note_other_address(const Measurement& measurement, const DestinationAnswer& answer, Notes& notes) {
  if (answer.reply->from == measurement.address) return;
  notes.push_back({.ttl = answer.ttl,
                   .kind = PathNoteKind::other_address,
                   .text = fmt::format("The destination {} answered from another address, {}.",
                                       measurement.address.to_string(), answer.reply->from.to_string())});
}

// A way back as long as the way there is nothing to be told of.
void note_return_path(const DestinationAnswer& answer, Notes& notes) {
  if (!answer.reply->reply_ttl || *answer.reply->reply_ttl == 0) return;
  const int arrived = *answer.reply->reply_ttl;
  const int back = hops_travelled(*answer.reply->reply_ttl);
  const int there = answer.ttl.value;
  if (back > longest_way_back || std::abs(back - there) < asymmetry) return;
  notes.push_back({.ttl = answer.ttl,
                   .kind = PathNoteKind::asymmetric_return,
                   .text = fmt::format("The way back is about {} {} long, the way there {}: the destination's answer "
                                       "came with TTL {}.",
                                       back, back == 1 ? "hop" : "hops", there, arrived)});
}

}  // namespace

// Our prober tries no larger packets, and a search that came to its end names what holds them back.
bool path_mtu_is_lower_bound(const Measurement& measurement) {
  constexpr std::uint16_t largest_tried = 9'216;
  if (!measurement.path_mtu || measurement.prober != "native") return false;
  const auto& [mtu, limits] = *measurement.path_mtu;
  return mtu != 0 && mtu < largest_tried && std::ranges::find(limits, mtu, &MtuLimit::mtu) == limits.end();
}

std::string_view to_string(PathNoteKind kind) {
  switch (kind) {
    case PathNoteKind::zero_ttl_forwarding:
      return "zero_ttl_forwarding";
    case PathNoteKind::address_translation:
      return "address_translation";
    case PathNoteKind::dscp_rewritten:
      return "dscp_rewritten";
    case PathNoteKind::hidden_tunnel:
      return "hidden_tunnel";
    case PathNoteKind::loop:
      return "loop";
    case PathNoteKind::mtu_limit:
      return "mtu_limit";
    case PathNoteKind::other_address:
      return "other_address";
    case PathNoteKind::asymmetric_return:
      return "asymmetric_return";
  }
  return "loop";
}

Notes path_notes(const Measurement& measurement) {
  Notes notes;
  if (measurement.kind == Kind::ping) return notes;
  note_zero_ttl(measurement, notes);
  note_translation(measurement, notes);
  note_dscp(measurement, notes);
  note_tunnels(measurement, notes);
  note_loop(measurement, notes);
  note_mtu(measurement, notes);
  if (const auto answer = destination_answer(measurement)) {
    note_other_address(measurement, *answer, notes);
    note_return_path(*answer, notes);
  }
  return notes;
}

}  // namespace cw::formats
