#pragma once

// A small Internet as told by a scenario file: routers and links, the networks behind them, and what changes
// when. Plain records; names are resolved to positions while parsing. scenarios/README.md lists every key.
//
// A host is a network of one address. Traits are shared between the many routers and networks of a generated
// Internet, hence kept apart and referred to by position.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "core/prefix.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace cw::lab {

// The position of nothing.
inline constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();

// What a packet that arrives gets.
enum class Behaviour : std::uint8_t {
  answers,  // echo reply; port unreachable to UDP; SYN-ACK or RST to TCP
  silent,
  network_unreachable,   // !N, from the last router
  host_unreachable,      // !H, from the last router
  prohibited,            // !X, from the last router
  protocol_unreachable,  // !P, from the host
  port_unreachable,      // from the host
};

// How a router chooses among next hops of equal cost.
enum class Balancing : std::uint8_t { flow, packet, destination };

// What a router that balances flows takes from an ICMP message: its first four bytes (type, code, checksum),
// those and the identifier, or nothing but the addresses.
enum class IcmpHash : std::uint8_t { checksum, identifier, addresses };

// What a firewall tells apart.
enum class PacketKind : std::uint8_t { icmp, udp, tcp_syn, tcp_ack, other };

// How much of a packet that an ICMP error quotes a translator of addresses brings back: address, port and checksum;
// all but the checksum; nothing.
enum class QuoteTranslation : std::uint8_t { whole, half, none };

// What a router puts in the place of the vantage's address. Unspecified addresses: it does not.
struct Translation {
  IpAddress outside_v4;
  IpAddress outside_v6;
  QuoteTranslation quotes = QuoteTranslation::whole;
  bool identification = false;  // another one in the IPv4 header, too

  [[nodiscard]] const IpAddress& outside(Family family) const { return family == Family::v4 ? outside_v4 : outside_v6; }
};

// Faults of whoever answers.
struct ReplyHabits {
  double respond = 1;    // probability of answering at all
  double duplicate = 0;  // probability of answering twice
  double late = 0;       // probability of answering `late_by` later
  Duration late_by{};
};

struct RouterTraits {
  bool up = true;
  bool silent = false;
  std::uint8_t reply_ttl = 255;
  ReplyHabits habits;
  Duration reply_delay{};  // making an ICMP message is slow work
  Duration reply_jitter{};
  double replies_per_second = 0;  // 0: no limit
  double reply_burst = 1;
  std::vector<std::uint32_t> mpls;  // labels that it quotes, outermost first
  std::uint16_t quote_bytes = 0;    // of the packet that it answers; 0: as many as the RFC allows
  Balancing balancing = Balancing::flow;
  IcmpHash icmp_hash = IcmpHash::checksum;
  Behaviour no_route = Behaviour::network_unreachable;
  // Instead of the address of the interface that the packet came in on; unspecified: not so.
  IpAddress answers_from_v4;
  IpAddress answers_from_v6;
  // What it does to packets that it forwards for the vantage.
  std::vector<PacketKind> drops;   // silently
  bool forwards_zero_ttl = false;  // lets a TTL of 1 go on as 0
  bool bleaches_dscp = false;      // traffic class 0 from here on
  Translation translation;
  // Of packets that a link is too narrow for.
  bool says_too_big = true;
  std::optional<std::uint16_t> claimed_mtu;  // instead of the link's
};

struct Router {
  std::string name;  // empty for generated ones
  Asn asn;
  IpAddress v4;  // unspecified: speaks no IPv4
  IpAddress v6;
  std::uint32_t traits = 0;

  [[nodiscard]] const IpAddress& address(Family family) const { return family == Family::v4 ? v4 : v6; }
};

// The addresses of a link's two interfaces; unspecified ones are the router's own.
struct Interfaces {
  IpAddress a_v4;
  IpAddress a_v6;
  IpAddress b_v4;
  IpAddress b_v6;
};

struct Link {
  std::uint32_t a = nowhere;
  std::uint32_t b = nowhere;
  std::uint32_t interfaces = nowhere;
  bool up = true;
  std::uint16_t mtu = 0;  // 0: any
  Duration delay{};       // from a to b
  Duration delay_back{};  // from b to a
  Duration jitter{};
  float loss = 0;
  float loss_back = 0;
  std::uint32_t cost = 1;
  std::uint32_t cost_back = 1;
};

struct DestinationTraits {
  Behaviour icmp = Behaviour::answers;
  Behaviour udp = Behaviour::answers;
  Behaviour tcp = Behaviour::answers;
  double share = 1;                      // of the addresses that are there
  Behaviour absent = Behaviour::silent;  // what the others get
  std::uint8_t reply_ttl = 64;
  ReplyHabits habits;
  Duration jitter{};
  double loss = 0;
  std::vector<std::uint16_t> open_tcp_ports{80, 443};
  std::vector<std::uint16_t> open_udp_ports;      // take what comes and say nothing
  std::vector<std::uint16_t> filtered_tcp_ports;  // silent, whatever comes
};

struct Network {
  Prefix prefix;
  std::uint32_t router = nowhere;
  Asn asn;
  std::uint32_t traits = 0;
  Duration delay{};  // one way, from the router
};

// A next hop chosen by hand: it wins over shortest paths, and "0.0.0.0/0" holds where nothing else does.
struct StaticRoute {
  std::uint32_t router = nowhere;
  Prefix prefix;
  std::vector<std::uint32_t> via;  // links; empty: `action` instead
  Behaviour action = Behaviour::silent;
};

struct LinkChange {
  std::uint32_t link = nowhere;  // nowhere: the vantage's own access
  std::optional<bool> up;
  std::optional<Duration> delay;
  std::optional<Duration> delay_back;
  std::optional<Duration> jitter;
  std::optional<double> loss;
  std::optional<double> loss_back;
  std::optional<std::uint32_t> cost;
  std::optional<std::uint32_t> cost_back;
};

struct RouterChange {
  std::uint32_t router = nowhere;
  std::optional<bool> up;
  std::optional<bool> silent;
  std::optional<double> respond;
  std::optional<double> replies_per_second;
  std::optional<double> reply_burst;
  std::optional<Duration> reply_delay;
};

struct NetworkChange {
  std::uint32_t network = nowhere;
  std::optional<Behaviour> behaviour;
  std::optional<Duration> delay;
  std::optional<Duration> jitter;
  std::optional<double> loss;
};

struct RouteChange {
  StaticRoute route;
  bool remove = false;
};

struct Change {
  Duration at{};  // after the start
  std::variant<LinkChange, RouterChange, NetworkChange, RouteChange> what;
};

struct Vantage {
  IpAddress v4;
  IpAddress v6;
  Asn asn;
  std::uint32_t router = nowhere;  // its gateway
  Link access;                     // to the gateway and back; `a` and `b` are not used; `mtu` is the vantage's own

  [[nodiscard]] const IpAddress& address(Family family) const { return family == Family::v4 ? v4 : v6; }
};

// An address worth measuring.
struct Destination {
  IpAddress address;
  std::string name;
  std::uint32_t network = nowhere;
};

struct Scenario {
  std::string name;
  std::string description;
  std::uint64_t seed = 1;
  Duration repeat_after{};  // the timetable starts anew; 0: never
  Duration convergence{};   // from a link's change until routers have new tables
  Vantage vantage;
  std::vector<RouterTraits> router_traits;
  std::vector<Router> routers;
  std::vector<Interfaces> interfaces;
  std::vector<Link> links;
  std::vector<DestinationTraits> destination_traits;
  std::vector<Network> networks;
  std::vector<StaticRoute> routes;
  std::vector<Change> changes;  // by time
  std::vector<Destination> destinations;

  [[nodiscard]] const RouterTraits& traits_of(const Router& router) const { return router_traits[router.traits]; }
  [[nodiscard]] const DestinationTraits& traits_of(const Network& network) const {
    return destination_traits[network.traits];
  }
};

inline constexpr std::uint32_t most_generated_destinations = 1'048'576;

// `name` stands in front of messages: "home.toml:12: [[link]]: unknown key …". `invalid` for every fault.
Result<Scenario> parse_scenario(std::string_view toml, std::string_view name,
                                std::uint32_t most_destinations = most_generated_destinations);
// `not_found` where there is no such file.
Result<Scenario> load_scenario(const std::string& path);

}  // namespace cw::lab
