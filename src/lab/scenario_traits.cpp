// How routers and destinations answer, as the tables of a scenario say it.

#include <algorithm>
#include <array>
#include <limits>

#include "lab/scenario_names.hpp"

namespace cw::lab {
namespace {

constexpr std::uint32_t most_mpls_label = (1U << 20) - 1;  // RFC 3032: twenty bits
constexpr std::size_t most_mpls_labels = 8;

std::vector<std::uint32_t> read_mpls(TableReader& in) {
  std::vector<std::uint32_t> labels;
  for (const auto label : in.integers("mpls", 0, most_mpls_label)) labels.push_back(static_cast<std::uint32_t>(label));
  if (labels.size() > most_mpls_labels) in.refuse("mpls", "has more than 8 labels");
  return labels;
}

std::vector<std::uint16_t> read_ports(TableReader& in, std::string_view key, std::vector<std::uint16_t> otherwise) {
  if (!in.has(key)) return otherwise;
  std::vector<std::uint16_t> ports;
  for (const auto port : in.integers(key, 1, 65'535)) ports.push_back(static_cast<std::uint16_t>(port));
  return ports;
}

void read_answers_from(TableReader& in, const Router& router, RouterTraits& traits) {
  for (const auto& text : in.texts("answers_from")) {
    if (text == "interface") continue;
    if (text == "loopback") {
      traits.answers_from_v4 = router.v4;
      traits.answers_from_v6 = router.v6;
    } else if (const auto address = IpAddress::parse(text)) {
      (address->is_v4() ? traits.answers_from_v4 : traits.answers_from_v6) = *address;
    } else {
      in.refuse("answers_from", "must be \"interface\", \"loopback\" or addresses");
    }
  }
}

void read_drops(TableReader& in, RouterTraits& traits) {
  static constexpr std::array<std::string_view, 4> kinds{"icmp", "udp", "tcp_syn", "tcp_ack"};
  for (const auto& text : in.texts("drops")) {
    const auto found = std::ranges::find(kinds, text);
    if (found == kinds.end())
      in.refuse("drops", "must be of icmp, udp, tcp_syn, tcp_ack");
    else
      traits.drops.push_back(static_cast<PacketKind>(found - kinds.begin()));
  }
}

Translation read_translation(TableReader& in) {
  static constexpr std::array<std::string_view, 3> quotes{"whole", "half", "none"};
  Translation translation;
  for (const auto& text : in.texts("translates_to")) {
    const auto address = IpAddress::parse(text);
    if (!address)
      in.refuse("translates_to", "must be addresses");
    else
      (address->is_v4() ? translation.outside_v4 : translation.outside_v6) = *address;
  }
  translation.quotes = static_cast<QuoteTranslation>(in.choice("translates_quotes", 0, quotes));
  translation.identification = in.flag("translates_identification", false);
  return translation;
}

std::uint8_t read_reply_ttl(TableReader& in, std::uint8_t otherwise) {
  return static_cast<std::uint8_t>(in.integer("reply_ttl", otherwise, 1, 255));
}

}  // namespace

RouterTraits read_router_traits(TableReader& in, const Router& router) {
  static constexpr std::array<std::string_view, 3> balancings{"flow", "packet", "destination"};
  static constexpr std::array<std::string_view, 3> icmp_hashes{"checksum", "identifier", "addresses"};
  RouterTraits traits;
  traits.up = in.flag("up", true);
  traits.silent = in.flag("silent", false);
  traits.reply_ttl = read_reply_ttl(in, 255);
  traits.habits = read_habits(in);
  traits.reply_delay = in.milliseconds("reply_delay_ms", {});
  traits.reply_jitter = in.milliseconds("reply_jitter_ms", {});
  traits.replies_per_second = in.number("replies_per_second", 0, 0, 1e9);
  traits.reply_burst = in.number("reply_burst", 1, 1, 1e9);
  traits.mpls = read_mpls(in);
  traits.quote_bytes = static_cast<std::uint16_t>(in.integer("quote_bytes", 0, 28, 1'500));
  traits.balancing = static_cast<Balancing>(in.choice("balancing", 0, balancings));
  traits.icmp_hash = static_cast<IcmpHash>(in.choice("icmp_hash", 0, icmp_hashes));
  traits.no_route = read_behaviour(in, "no_route", Behaviour::network_unreachable);
  read_answers_from(in, router, traits);
  read_drops(in, traits);
  traits.forwards_zero_ttl = in.flag("forwards_zero_ttl", false);
  traits.bleaches_dscp = in.flag("bleaches_dscp", false);
  traits.translation = read_translation(in);
  traits.says_too_big = in.flag("says_too_big", true);
  traits.claimed_mtu =
      in.if_given("claimed_mtu", [&] { return static_cast<std::uint16_t>(in.integer("claimed_mtu", 0, 0, 65'535)); });
  return traits;
}

DestinationTraits read_destination_traits(TableReader& in) {
  DestinationTraits traits;
  const auto behaviour = read_behaviour(in, "behaviour", Behaviour::answers);
  traits.icmp = read_behaviour(in, "icmp", behaviour);
  traits.udp = read_behaviour(in, "udp", behaviour);
  traits.tcp = read_behaviour(in, "tcp", behaviour);
  traits.reply_ttl = read_reply_ttl(in, traits.reply_ttl);
  traits.habits = read_habits(in);
  traits.jitter = in.milliseconds("jitter_ms", {});
  traits.loss = in.probability("loss", 0);
  traits.open_tcp_ports = read_ports(in, "open_tcp_ports", traits.open_tcp_ports);
  traits.open_udp_ports = read_ports(in, "open_udp_ports", {});
  traits.filtered_tcp_ports = read_ports(in, "filtered_tcp_ports", {});
  return traits;
}

}  // namespace cw::lab
