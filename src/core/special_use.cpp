#include "core/special_use.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

namespace cw {
namespace {

enum class Reach : std::uint8_t { local, global };

struct Row {
  std::string_view prefix;
  std::string_view name;
  std::string_view reference;
  Reach reach = Reach::local;
};

// "N/A" in the registry (6to4, Teredo and their like) is local here: nobody may count on it.
// ::ffff:0:0/96 is not here: a v4-mapped address is the IPv4 address.
constexpr std::array kRows{
    // IANA IPv4 Special-Purpose Address Registry, 2025-10-09
    Row{"0.0.0.0/8", "This network", "RFC 791"},
    Row{"0.0.0.0/32", "This host on this network", "RFC 1122"},
    Row{"10.0.0.0/8", "Private-Use", "RFC 1918"},
    Row{"100.64.0.0/10", "Shared Address Space", "RFC 6598"},
    Row{"127.0.0.0/8", "Loopback", "RFC 1122"},
    Row{"169.254.0.0/16", "Link Local", "RFC 3927"},
    Row{"172.16.0.0/12", "Private-Use", "RFC 1918"},
    Row{"192.0.0.0/24", "IETF Protocol Assignments", "RFC 6890"},
    Row{"192.0.0.0/29", "IPv4 Service Continuity Prefix", "RFC 7335"},
    Row{"192.0.0.8/32", "IPv4 dummy address", "RFC 7600"},
    Row{"192.0.0.9/32", "Port Control Protocol Anycast", "RFC 7723", Reach::global},
    Row{"192.0.0.10/32", "Traversal Using Relays around NAT Anycast", "RFC 8155", Reach::global},
    Row{"192.0.0.170/32", "NAT64/DNS64 Discovery", "RFC 8880"},
    Row{"192.0.0.171/32", "NAT64/DNS64 Discovery", "RFC 8880"},
    Row{"192.0.2.0/24", "Documentation (TEST-NET-1)", "RFC 5737"},
    Row{"192.31.196.0/24", "AS112-v4", "RFC 7535", Reach::global},
    Row{"192.52.193.0/24", "AMT", "RFC 7450", Reach::global},
    Row{"192.88.99.0/24", "Deprecated (6to4 Relay Anycast)", "RFC 7526"},
    Row{"192.88.99.2/32", "6a44-relay anycast address", "RFC 6751"},
    Row{"192.168.0.0/16", "Private-Use", "RFC 1918"},
    Row{"192.175.48.0/24", "Direct Delegation AS112 Service", "RFC 7534", Reach::global},
    Row{"198.18.0.0/15", "Benchmarking", "RFC 2544"},
    Row{"198.51.100.0/24", "Documentation (TEST-NET-2)", "RFC 5737"},
    Row{"203.0.113.0/24", "Documentation (TEST-NET-3)", "RFC 5737"},
    Row{"240.0.0.0/4", "Reserved", "RFC 1112"},
    Row{"255.255.255.255/32", "Limited Broadcast", "RFC 8190"},
    // IANA IPv4 Multicast Address Space Registry
    Row{"224.0.0.0/4", "Multicast", "RFC 5771"},
    // IANA IPv6 Special-Purpose Address Registry, 2025-10-09
    Row{"::1/128", "Loopback Address", "RFC 4291"},
    Row{"::/128", "Unspecified Address", "RFC 4291"},
    Row{"64:ff9b::/96", "IPv4-IPv6 Translation", "RFC 6052", Reach::global},
    Row{"64:ff9b:1::/48", "IPv4-IPv6 Translation", "RFC 8215"},
    Row{"100::/64", "Discard-Only Address Block", "RFC 6666"},
    Row{"100:0:0:1::/64", "Dummy IPv6 Prefix", "RFC 9780"},
    Row{"2001::/23", "IETF Protocol Assignments", "RFC 2928"},
    Row{"2001::/32", "TEREDO", "RFC 4380"},
    Row{"2001:1::1/128", "Port Control Protocol Anycast", "RFC 7723", Reach::global},
    Row{"2001:1::2/128", "Traversal Using Relays around NAT Anycast", "RFC 8155", Reach::global},
    Row{"2001:1::3/128", "DNS-SD Service Registration Protocol Anycast", "RFC 9665", Reach::global},
    Row{"2001:2::/48", "Benchmarking", "RFC 5180"},
    Row{"2001:3::/32", "AMT", "RFC 7450", Reach::global},
    Row{"2001:4:112::/48", "AS112-v6", "RFC 7535", Reach::global},
    Row{"2001:10::/28", "Deprecated (previously ORCHID)", "RFC 4843"},
    Row{"2001:20::/28", "ORCHIDv2", "RFC 7343", Reach::global},
    Row{"2001:30::/28", "Drone Remote ID Protocol Entity Tags (DETs) Prefix", "RFC 9374", Reach::global},
    Row{"2001:db8::/32", "Documentation", "RFC 3849"},
    Row{"2002::/16", "6to4", "RFC 3056"},
    Row{"2620:4f:8000::/48", "Direct Delegation AS112 Service", "RFC 7534", Reach::global},
    Row{"3fff::/20", "Documentation", "RFC 9637"},
    Row{"5f00::/16", "Segment Routing (SRv6) SIDs", "RFC 9602"},
    Row{"fc00::/7", "Unique-Local", "RFC 4193"},
    Row{"fe80::/10", "Link-Local Unicast", "RFC 4291"},
    // No longer in a registry, but never to be routed
    Row{"::/96", "IPv4-compatible (deprecated)", "RFC 4291"},
    Row{"fec0::/10", "Site-Local (deprecated)", "RFC 3879"},
    // IANA IPv6 Multicast Address Space Registry
    Row{"ff00::/8", "Multicast", "RFC 4291"},
};

std::vector<SpecialUse> make_registry() {
  std::vector<SpecialUse> registry;
  registry.reserve(kRows.size());
  for (const Row& row : kRows) {
    const auto prefix = Prefix::parse(row.prefix);
    assert(prefix && "the rows above are well-formed prefixes");
    registry.push_back({*prefix, row.name, row.reference, row.reach == Reach::global});
  }
  std::ranges::sort(registry, [](const SpecialUse& a, const SpecialUse& b) {
    if (a.prefix.family() != b.prefix.family()) return a.prefix.family() < b.prefix.family();
    if (a.prefix.length() != b.prefix.length()) return a.prefix.length() > b.prefix.length();
    return a.prefix < b.prefix;
  });
  return registry;
}

}  // namespace

std::span<const SpecialUse> special_use_registry() {
  static const std::vector<SpecialUse> registry = make_registry();
  return registry;
}

const SpecialUse* special_use(const IpAddress& address) {
  // Most specific first, so the first match is the answer.
  for (const SpecialUse& entry : special_use_registry())
    if (entry.prefix.family() == address.family() && entry.prefix.contains(address)) return &entry;
  return nullptr;
}

}  // namespace cw
