#include "lab/simulated_internet.hpp"

#include <algorithm>

#include "lab/address_translator.hpp"
#include "lab/simulated_host.hpp"

namespace cw::lab {
namespace {

// Between the two of a duplicate.
constexpr Duration duplicate_gap = std::chrono::microseconds(50);

bool is_unicast(const IpAddress& address) {
  if (address.is_v4()) {
    const auto first = address.v4_value() >> 24;
    return first != 0 && first < 224 && first != 127;
  }
  const auto& bytes = address.bytes();
  const bool link_local = bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
  return bytes[0] != 0xff && !link_local && !address.is_unspecified();
}

codec::IcmpMessage message_for(Behaviour behaviour) {
  switch (behaviour) {
    case Behaviour::network_unreachable:
      return codec::IcmpMessage::unreachable_network;
    case Behaviour::host_unreachable:
      return codec::IcmpMessage::unreachable_host;
    case Behaviour::prohibited:
      return codec::IcmpMessage::unreachable_prohibited;
    case Behaviour::protocol_unreachable:
      return codec::IcmpMessage::unreachable_protocol;
    case Behaviour::answers:
    case Behaviour::silent:
    case Behaviour::port_unreachable:
      return codec::IcmpMessage::unreachable_port;
  }
  return codec::IcmpMessage::unreachable_other;
}

// A router as the owner of its own addresses.
const DestinationTraits& router_as_host() {
  static const DestinationTraits traits{.open_tcp_ports = {}};
  return traits;
}

}  // namespace

std::string_view to_string(DropCause cause) {
  static constexpr std::array<std::string_view, drop_causes> names{
      "malformed",    "foreign_source", "not_unicast",       "lost",     "link_down", "router_down", "silent",
      "rate_limited", "no_answer_due",  "expired_on_return", "too_many", "filtered"};
  return names[static_cast<std::size_t>(cause)];
}

SimulatedInternet::SimulatedInternet(Scenario scenario, Instant start, std::size_t most_in_flight)
    : scenario_(std::move(scenario)),
      start_(start),
      timetable_(scenario_),
      forwarding_(scenario_),
      home_{.kind = Endpoint::Kind::vantage, .router = scenario_.vantage.router},
      random_(scenario_.seed),
      arrivals_(most_in_flight),
      identifications_(scenario_.routers.size() + scenario_.networks.size()) {
  advance_to(start);
}

void SimulatedInternet::advance_to(Instant at) {
  const auto effect = timetable_.advance(scenario_, at - start_);
  if (effect.paths) forwarding_.rebuild_paths();
  if (effect.routes) forwarding_.rebuild_routes();
}

Duration SimulatedInternet::up_to(Duration most) {
  if (most <= Duration{}) return {};
  return Duration{static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(most.count())))};
}

void SimulatedInternet::send(codec::Bytes bytes, Instant at) {
  advance_to(at);
  ++counters_.packets;
  if (bytes.size() > most_packet_bytes) return drop(DropCause::malformed);
  auto packet = codec::parse_ip(bytes);
  if (!packet || !packet->header.checksum_ok) return drop(DropCause::malformed);
  const auto& header = packet->header;
  if (header.source != scenario_.vantage.address(header.destination.family())) return drop(DropCause::foreign_source);
  if (!is_unicast(header.destination)) return drop(DropCause::not_unicast);
  Journey journey{.bytes = bytes.first(header.total_length),
                  .destination = header.destination,
                  .endpoint = forwarding_.find(header.destination),
                  .ttl = header.ttl,
                  .at = at,
                  .router = scenario_.vantage.router};
  if (!leave_vantage(journey)) return;
  const auto outcome = travel(journey);
  if (journey.rewritten) packet = codec::parse_ip(journey.bytes);
  if (packet) meet_end(journey, outcome, *packet);
}

bool SimulatedInternet::leave_vantage(Journey& journey) {
  const auto& access = scenario_.vantage.access;
  if (!access.up) return drop(DropCause::link_down), false;
  if (happens(access.loss)) return drop(DropCause::lost), false;
  journey.at += access.delay + up_to(access.jitter);
  return true;
}

// 1. A router that is down takes nothing.
// 2. What is for the router itself is taken whatever its TTL.
// 3. A TTL of 1 ends here, but for routers that forget to look; only then is the next hop looked up.
// 4. What is forwarded for the vantage may be filtered and rewritten.
SimulatedInternet::Outcome SimulatedInternet::travel(Journey& journey) {
  using Kind = Endpoint::Kind;
  for (;;) {
    const auto& traits = scenario_.traits_of(scenario_.routers[journey.router]);
    if (!traits.up) {
      drop(DropCause::router_down);
      return {.end = End::dropped};
    }
    const auto* endpoint = journey.endpoint;
    if (endpoint != nullptr && endpoint->kind == Kind::router && endpoint->position == journey.router)
      return {.end = End::arrived};
    if (journey.ttl <= (traits.forwards_zero_ttl ? 0 : 1)) return {.end = End::expired};
    const auto decision = forwarding_.decide(journey.router, journey.destination, endpoint);
    if (decision.arrived) return {.end = End::arrived};
    if (decision.links.empty()) return {.end = End::refused, .refusal = decision.refusal};
    const auto position = pick_link(journey, decision);
    const auto& link = scenario_.links[position];
    if (!link.up && decision.broken) return {.end = End::refused, .refusal = decision.refusal};
    if (link.mtu != 0 && journey.bytes.size() > link.mtu) {
      const bool may_fragment = journey.destination.is_v4() && (journey.bytes[6] & 0x40) == 0;
      if (!may_fragment) return {.end = End::too_big, .next_hop_mtu = link.mtu};
    }
    if (!handle(journey, traits) || !cross(journey, position)) return {.end = End::dropped};
  }
}

std::span<std::uint8_t> SimulatedInternet::rewritable(Journey& journey) {
  if (!journey.rewritten) {
    carried_.assign(journey.bytes.begin(), journey.bytes.end());
    journey.bytes = carried_;
    journey.rewritten = true;
  }
  return carried_;
}

bool SimulatedInternet::handle(Journey& journey, const RouterTraits& traits) {
  const auto family = journey.destination.family();
  const auto& outside = traits.translation.outside(family);
  const bool translates = !outside.is_unspecified();
  if (!translates && traits.drops.empty() && !traits.bleaches_dscp) return true;
  const AddressTranslator translator(scenario_.vantage.address(family), traits.translation, outside);
  if (journey.homeward) {
    if (translates) translator.come_back(rewritable(journey));
    return true;
  }
  if (!traits.drops.empty()) {
    const auto packet = codec::parse_ip(journey.bytes);
    if (packet && std::ranges::find(traits.drops, kind_of(*packet)) != traits.drops.end())
      return drop(DropCause::filtered), false;
  }
  if (traits.bleaches_dscp) set_traffic_class(rewritable(journey), 0);
  if (translates) {
    translator.leave(rewritable(journey));
    journey.flow.reset();
  }
  return true;
}

std::uint32_t SimulatedInternet::pick_link(Journey& journey, const Decision& decision) {
  if (decision.links.size() == 1) return decision.links.front();
  if (scenario_.traits_of(scenario_.routers[journey.router]).balancing == Balancing::packet)
    return decision.links[random_.below(decision.links.size())];
  if (!journey.flow) {
    const auto packet = codec::parse_ip(journey.bytes);
    journey.flow = packet ? flow_of(*packet) : Flow{.destination = journey.destination};
  }
  return forwarding_.choose(journey.router, decision, *journey.flow);
}

bool SimulatedInternet::cross(Journey& journey, std::uint32_t position) {
  const auto& link = scenario_.links[position];
  const bool from_a = link.a == journey.router;
  if (!link.up) return drop(DropCause::link_down), false;
  if (happens(from_a ? link.loss : link.loss_back)) return drop(DropCause::lost), false;
  journey.at += (from_a ? link.delay : link.delay_back) + up_to(link.jitter);
  journey.router = from_a ? link.b : link.a;
  journey.in_link = position;
  --journey.ttl;
  return true;
}

void SimulatedInternet::meet_end(Journey& journey, const Outcome& outcome, const codec::IpPacket& packet) {
  switch (outcome.end) {
    case End::dropped:
      return;
    case End::expired:
      return router_error(journey, {.message = codec::IcmpMessage::time_exceeded}, packet);
    case End::refused:
      return refuse(journey, outcome.refusal, packet);
    case End::too_big: {
      const auto& traits = scenario_.traits_of(scenario_.routers[journey.router]);
      if (!traits.says_too_big) return drop(DropCause::silent);
      return router_error(journey,
                          {.message = codec::IcmpMessage::packet_too_big,
                           .next_hop_mtu = traits.claimed_mtu.value_or(outcome.next_hop_mtu)},
                          packet);
    }
    case End::arrived:
      if (journey.endpoint->kind == Endpoint::Kind::router) return answer_from_router(journey, packet);
      if (journey.endpoint->kind == Endpoint::Kind::network) return enter_network(journey, packet);
      return drop(DropCause::no_answer_due);  // the vantage sent it to itself
  }
}

void SimulatedInternet::enter_network(Journey& journey, const codec::IpPacket& packet) {
  const auto position = journey.endpoint->position;
  const auto& network = scenario_.networks[position];
  const auto& traits = scenario_.traits_of(network);
  const auto behaviour = behaviour_towards(traits, journey.destination, packet.header.protocol);
  const bool from_host = behaviour == Behaviour::answers || behaviour == Behaviour::protocol_unreachable ||
                         behaviour == Behaviour::port_unreachable;
  if (!from_host) return refuse(journey, behaviour, packet);
  if (happens(traits.loss)) return drop(DropCause::lost);
  journey.at += network.delay + up_to(traits.jitter);
  auto delivered = packet;
  delivered.header.ttl = static_cast<std::uint8_t>(std::clamp(journey.ttl - 1, 0, 255));
  const ReplyHeader header{.source = journey.destination,
                           .destination = packet.header.source,
                           .ttl = traits.reply_ttl,
                           .identification = ++identifications_[scenario_.routers.size() + position]};
  std::optional<codec::Bytes> reply;
  if (behaviour == Behaviour::answers) {
    reply = answer(builder_, header, traits, delivered, journey.bytes, half_open_);
  } else if (deserves_error(delivered)) {
    reply =
        builder_.error(header, {.message = message_for(behaviour), .quoted_ttl = delivered.header.ttl}, journey.bytes);
  }
  if (!reply) return drop(DropCause::no_answer_due);
  if (happens(traits.loss)) return drop(DropCause::lost);
  go_back(*reply, network.router, traits.reply_ttl, journey.at + network.delay + up_to(traits.jitter), traits.habits);
}

void SimulatedInternet::answer_from_router(const Journey& journey, const codec::IpPacket& packet) {
  const auto& traits = scenario_.traits_of(scenario_.routers[journey.router]);
  if (traits.silent) return drop(DropCause::silent);
  auto delivered = packet;
  delivered.header.ttl = static_cast<std::uint8_t>(std::clamp(journey.ttl, 0, 255));
  const ReplyHeader header{.source = journey.destination,
                           .destination = packet.header.source,
                           .ttl = traits.reply_ttl,
                           .identification = ++identifications_[journey.router]};
  const auto reply = answer(builder_, header, router_as_host(), delivered, journey.bytes, half_open_);
  if (!reply) return drop(DropCause::no_answer_due);
  queue_router_reply(journey.router, *reply, journey.at);
}

void SimulatedInternet::refuse(const Journey& journey, Behaviour behaviour, const codec::IpPacket& packet) {
  if (behaviour == Behaviour::silent) return drop(DropCause::silent);
  router_error(journey, {.message = message_for(behaviour)}, packet);
}

void SimulatedInternet::router_error(const Journey& journey, const ErrorReply& error, const codec::IpPacket& packet) {
  const auto& traits = scenario_.traits_of(scenario_.routers[journey.router]);
  if (!deserves_error(packet)) return drop(DropCause::no_answer_due);
  const auto source =
      forwarding_.answering_address(journey.router, journey.in_link, packet.header.destination.family());
  if (traits.silent || source.is_unspecified()) return drop(DropCause::silent);
  auto reply = error;
  reply.quoted_ttl = static_cast<std::uint8_t>(std::clamp(journey.ttl, 0, 255));
  reply.quote_bytes = traits.quote_bytes;
  reply.mpls = &traits.mpls;
  const ReplyHeader header{.source = source,
                           .destination = packet.header.source,
                           .ttl = traits.reply_ttl,
                           .identification = ++identifications_[journey.router]};
  queue_router_reply(journey.router, builder_.error(header, reply, journey.bytes), journey.at);
}

void SimulatedInternet::queue_router_reply(std::uint32_t router, codec::Bytes reply, Instant at) {
  if (scenario_.traits_of(scenario_.routers[router]).replies_per_second <= 0) return leave_router(router, reply, at);
  if (arrivals_.add(reply, at, router) == nullptr) drop(DropCause::too_many);
}

// A token bucket: full at first, filled as time goes by, one token a reply.
bool SimulatedInternet::allowed(std::uint32_t router, Instant at) {
  const auto& traits = scenario_.traits_of(scenario_.routers[router]);
  if (traits.replies_per_second <= 0) return true;
  if (buckets_.empty()) buckets_.resize(scenario_.routers.size());
  auto& bucket = buckets_[router];
  if (!bucket.filled_at) bucket = {.tokens = traits.reply_burst, .filled_at = at};
  const auto waited = std::max(Duration{}, at - *bucket.filled_at);
  const double gained = static_cast<double>(waited.count()) / 1e9 * traits.replies_per_second;
  bucket.tokens = std::min(traits.reply_burst, bucket.tokens + gained);
  bucket.filled_at = std::max(*bucket.filled_at, at);
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

void SimulatedInternet::leave_router(std::uint32_t router, codec::Bytes reply, Instant at) {
  const auto& traits = scenario_.traits_of(scenario_.routers[router]);
  // Its own replies are not forwarded, so the first hop does not lower their TTL.
  go_back(reply, router, traits.reply_ttl + 1, at + traits.reply_delay + up_to(traits.reply_jitter), traits.habits);
}

void SimulatedInternet::go_back(codec::Bytes reply, std::uint32_t router, int ttl, Instant at,
                                const ReplyHabits& habits) {
  if (habits.respond < 1 && !happens(habits.respond)) return drop(DropCause::silent);
  if (happens(habits.late)) at += habits.late_by;
  const auto& vantage = scenario_.vantage;
  const auto family = (reply[0] >> 4) == 4 ? Family::v4 : Family::v6;
  Journey journey{.bytes = reply,
                  .destination = vantage.address(family),
                  .endpoint = &home_,
                  .ttl = ttl,
                  .at = at,
                  .router = router,
                  .homeward = true};
  const auto outcome = travel(journey);
  if (outcome.end == End::dropped) return;
  if (outcome.end == End::expired) return drop(DropCause::expired_on_return);
  if (outcome.end != End::arrived) return drop(DropCause::no_answer_due);
  if (!vantage.access.up) return drop(DropCause::link_down);
  if (happens(vantage.access.loss_back)) return drop(DropCause::lost);
  journey.at += vantage.access.delay_back + up_to(vantage.access.jitter);
  const int copies = happens(habits.duplicate) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    auto* arriving = arrivals_.add(journey.bytes, journey.at + copy * duplicate_gap);
    if (arriving == nullptr) return drop(DropCause::too_many);
    set_ttl(*arriving, static_cast<std::uint8_t>(std::max(journey.ttl - 1, 0)));
  }
}

bool SimulatedInternet::take_arrival(Instant until, std::vector<std::uint8_t>& packet, Instant& at) {
  while (const auto event = arrivals_.take(until)) {
    if (event->router == nowhere) {
      packet.swap(arrivals_.packet(*event));
      arrivals_.release(*event);
      at = event->at;
      ++counters_.replies;
      return true;
    }
    waiting_.swap(arrivals_.packet(*event));
    arrivals_.release(*event);
    advance_to(event->at);
    if (allowed(event->router, event->at))
      leave_router(event->router, waiting_, event->at);
    else
      drop(DropCause::rate_limited);
  }
  return false;
}

}  // namespace cw::lab
