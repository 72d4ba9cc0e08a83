#pragma once

// What is asked of a prober: one run of one kind towards one address.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"

namespace cw {

enum class Kind : std::uint8_t { trace, ping, mtr };
// tcp sends SYN, tcp_ack sends ACK: firewalls without state let the second through.
enum class Method : std::uint8_t { icmp, udp, tcp, tcp_ack };
// All load-balanced paths (MDA), or the one path of one flow.
enum class Multipath : std::uint8_t { off, on };
// Find the largest packet that the path carries (RFC 1191, RFC 8201), and who holds larger ones back.
enum class MtuSearch : std::uint8_t { off, on };
// Hops near the node that were seen minutes ago may be joined to the path, marked as inferred, instead of probed.
enum class KnownHops : std::uint8_t { probe, join };
enum class RawOutput : std::uint8_t { drop, keep };

std::string_view to_string(Kind kind);
std::string_view to_string(Method method);  // "icmp", "udp", "tcp", "tcp-ack"
Result<Kind> parse_kind(std::string_view text);
Result<Method> parse_method(std::string_view text);

// Time to live of IPv4, hop limit of IPv6.
struct Ttl {
  std::uint8_t value = 0;
  friend constexpr auto operator<=>(const Ttl&, const Ttl&) = default;
};

struct MeasurementRequest {
  Uuid id;             // given by the asker: storing the result twice stores it once
  std::string target;  // as the owner named it; an address or a host name
  IpAddress address;   // what is probed
  Kind kind = Kind::trace;
  Method method = Method::icmp;
  std::optional<std::uint16_t> port;  // UDP and TCP: destination port; default 33434 for UDP
  std::uint16_t flow = 0;             // which of the load-balanced flows; constant within a measurement
  Ttl first_ttl{1};
  Ttl max_ttl{30};
  int attempts = 2;                             // trace: most probes per TTL that stays silent
  int gap_limit = 5;                            // trace, mtr: silent TTLs in a row that end it
  int count = 3;                                // ping: probes; mtr: rounds
  Duration interval = std::chrono::seconds(1);  // ping: between probes; mtr: between rounds
  Duration timeout = std::chrono::seconds(1);   // longest wait; the data usually ends it sooner
  Multipath multipath = Multipath::off;
  int confidence_percent = 95;  // multipath: 95 or 99, that no branch of a hop was missed
  MtuSearch mtu_search = MtuSearch::off;
  KnownHops known_hops = KnownHops::probe;
  std::uint8_t dscp = 0;                                  // RFC 2474: 0 to 63
  std::string prober;                                     // which prober is to run it; empty: the first that can
  RawOutput raw_output = RawOutput::drop;                 // of an external tool
  Duration probe_spacing = std::chrono::milliseconds(0);  // least time between two probes of a trace
};

// What an owner may choose for the measurements of one target or one job, beside the kind.
struct ProbeOptions {
  Method method = Method::icmp;
  std::optional<std::uint16_t> port;
  Multipath multipath = Multipath::off;
  MtuSearch mtu_search = MtuSearch::off;
  std::uint8_t dscp = 0;  // 0: the node's own
  friend bool operator==(const ProbeOptions&, const ProbeOptions&) = default;
};
void apply(const ProbeOptions& options, MeasurementRequest& request);

// Bounds of every field, said in one line: "max-ttl must be from 1 to 255 and not below first-ttl".
Result<> validate(const MeasurementRequest& request);

}  // namespace cw
