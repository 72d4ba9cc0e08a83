#pragma once

// The simulated Internet: takes whole IP packets from the vantage at an instant, carries them hop by hop, and
// gives back what arrives at the vantage and when. The same scenario, packets and instants give the same bytes.
//
// A packet sees the Internet as it is when it is sent: what changes during its flight does not touch it. Only a
// router's rate limit is asked at the very instant when the packet gets there, in the order of arrival.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "codec/ip.hpp"
#include "core/random.hpp"
#include "core/time.hpp"
#include "lab/arrivals.hpp"
#include "lab/forwarding.hpp"
#include "lab/half_open_connections.hpp"
#include "lab/reply_builder.hpp"
#include "lab/scenario.hpp"
#include "lab/timetable.hpp"

namespace cw::lab {

// Why nothing comes back. In the order of `to_string`.
enum class DropCause : std::uint8_t {
  malformed,       // not an IP packet, or too large
  foreign_source,  // not from the vantage
  not_unicast,     // multicast, broadcast, link-local: nobody here
  lost,            // on a link
  link_down,       // routers had not noticed yet
  router_down,
  silent,         // the router or host does not answer
  rate_limited,   // the router answers no more
  no_answer_due,  // answers are not answered
  expired_on_return,
  too_many,  // packets in flight
  filtered,  // by a router
};
inline constexpr std::size_t drop_causes = 12;

std::string_view to_string(DropCause cause);

struct InternetCounters {
  std::uint64_t packets = 0;  // sent by the vantage
  std::uint64_t replies = 0;  // handed to the vantage
  std::array<std::uint64_t, drop_causes> dropped{};

  [[nodiscard]] std::uint64_t dropped_by(DropCause cause) const { return dropped[static_cast<std::size_t>(cause)]; }
};

class SimulatedInternet {
 public:
  static constexpr std::size_t default_most_in_flight = 1'000'000;

  SimulatedInternet(Scenario scenario, Instant start, std::size_t most_in_flight = default_most_in_flight);
  SimulatedInternet(const SimulatedInternet&) = delete;
  SimulatedInternet& operator=(const SimulatedInternet&) = delete;

  // Instants should not go back; a packet from the past meets the Internet as it is now.
  void send(codec::Bytes packet, Instant at);
  // The earliest instant at which `take_arrival` may have something.
  [[nodiscard]] std::optional<Instant> next_arrival() const { return arrivals_.next(); }
  // The next packet that arrives by `until`, in the order of arrival. The storage of `packet` is used again.
  bool take_arrival(Instant until, std::vector<std::uint8_t>& packet, Instant& at);

  // Brings the timetable up to an instant when nothing is sent.
  void advance_to(Instant at);

  [[nodiscard]] const Scenario& scenario() const { return scenario_; }
  [[nodiscard]] Instant start() const { return start_; }
  [[nodiscard]] const InternetCounters& counters() const { return counters_; }
  [[nodiscard]] std::size_t in_flight() const { return arrivals_.size(); }
  // What hosts wait for that somebody began.
  [[nodiscard]] const HalfOpenConnections& half_open() const { return half_open_; }
  // For the truth about paths (lab/ground_truth.hpp).
  [[nodiscard]] Forwarding& forwarding() { return forwarding_; }
  [[nodiscard]] const Forwarding& forwarding() const { return forwarding_; }

 private:
  // A packet on its way, at a router.
  struct Journey {
    codec::Bytes bytes;
    IpAddress destination;
    const Endpoint* endpoint = nullptr;
    int ttl = 0;  // as it came in
    Instant at;
    std::uint32_t router = nowhere;
    std::uint32_t in_link = nowhere;
    std::optional<Flow> flow;  // computed where somebody balances
    bool homeward = false;     // a reply
    bool rewritten = false;    // `bytes` are a copy that routers have changed
  };
  enum class End : std::uint8_t { arrived, expired, refused, too_big, dropped };
  struct Outcome {
    End end = End::dropped;
    Behaviour refusal = Behaviour::silent;
    std::uint16_t next_hop_mtu = 0;
  };
  struct Bucket {
    double tokens = 0;
    std::optional<Instant> filled_at;
  };

  // The way there and back.
  bool leave_vantage(Journey& journey);
  Outcome travel(Journey& journey);
  std::uint32_t pick_link(Journey& journey, const Decision& decision);
  bool cross(Journey& journey, std::uint32_t link);
  // What a router does to a packet that it forwards; false where it drops it.
  bool handle(Journey& journey, const RouterTraits& traits);
  std::span<std::uint8_t> rewritable(Journey& journey);
  void meet_end(Journey& journey, const Outcome& outcome, const codec::IpPacket& packet);

  // Whoever answers.
  void enter_network(Journey& journey, const codec::IpPacket& packet);
  void answer_from_router(const Journey& journey, const codec::IpPacket& packet);
  void refuse(const Journey& journey, Behaviour behaviour, const codec::IpPacket& packet);
  void router_error(const Journey& journey, const ErrorReply& reply, const codec::IpPacket& packet);
  void queue_router_reply(std::uint32_t router, codec::Bytes reply, Instant at);
  bool allowed(std::uint32_t router, Instant at);
  void leave_router(std::uint32_t router, codec::Bytes reply, Instant at);
  // `ttl` is what the first router of the way back sees, which `router` is if it did not make the reply itself.
  void go_back(codec::Bytes reply, std::uint32_t router, int ttl, Instant at, const ReplyHabits& habits);

  bool happens(double probability) { return probability > 0 && (probability >= 1 || random_.unit() < probability); }
  Duration up_to(Duration most);
  void drop(DropCause cause) { ++counters_.dropped[static_cast<std::size_t>(cause)]; }

  Scenario scenario_;
  Instant start_;
  Timetable timetable_;
  Forwarding forwarding_;
  Endpoint home_;  // the vantage, as the destination of every reply
  Random random_;
  ReplyBuilder builder_;
  Arrivals arrivals_;
  InternetCounters counters_;
  std::vector<Bucket> buckets_;  // by router, once anybody limits
  std::vector<std::uint16_t> identifications_;
  std::vector<std::uint8_t> waiting_;  // storage of a reply that was queued at its router
  std::vector<std::uint8_t> carried_;  // storage of a packet that routers have changed
  HalfOpenConnections half_open_;
};

}  // namespace cw::lab
