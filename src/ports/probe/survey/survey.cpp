#include "ports/probe/survey/survey.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "ports/probe/native/reply_log.hpp"

namespace cw::probe {
namespace {

using std::chrono::milliseconds;

// Several batches share a slot when they leave within this, so that a slot is not taken again for two seconds.
constexpr Duration slot_time = milliseconds(1);
constexpr Duration full_buffer_pause = std::chrono::microseconds(500);
constexpr Duration longest_turn = milliseconds(100);
// So many answers without another address make a hop a shared one. A hop behind which every sixteenth
// destination lies is missed once in e^-16 surveys.
constexpr std::uint32_t answers_to_share = 256;
constexpr std::uint64_t share_sample = 16;
// A reply's own TTL tells how long the way back was; the way there may be longer.
constexpr int asymmetry = 4;

constexpr unsigned ttl_shift = 11;

std::uint16_t sequence_of(Ttl ttl, std::uint16_t slot) {
  return static_cast<std::uint16_t>(ttl.value << ttl_shift | slot);
}

std::size_t slot_of(std::uint16_t sequence) { return sequence & ((1u << ttl_shift) - 1); }

// The destination's own answer ends its path; so does whoever says that there is no way on.
bool ends_path(const SurveyReply& reply) {
  const auto message = codec::classify_icmp(reply.reply.from.family(), reply.reply.icmp_type, reply.reply.icmp_code);
  return reply.reply.from == reply.destination ||
         (message != codec::IcmpMessage::time_exceeded && message != codec::IcmpMessage::other);
}

MeasurementRequest make_survey_request(const SurveyOptions& options) {
  MeasurementRequest request;
  request.method = options.method;
  request.port = options.port;
  request.dscp = options.dscp;
  return request;
}

ProbeIdentity make_survey_identity(const platform::WireTraits& traits, const SurveyOptions& options) {
  Random random(options.seed);
  const auto identifier = static_cast<std::uint16_t>(1 + random.below(0xfffe));
  return {.icmp_identifier_v4 = traits.icmp_identifier_v4.value_or(identifier),
          .icmp_identifier_v6 = traits.icmp_identifier_v6.value_or(identifier),
          .cookie_key = CookieKey::make(random),
          .text = options.identity_text};
}

Reply reply_of(const ProbeReply& reply, const ProbeFlow& flow, Ttl ttl, Duration rtt) {
  Answer answer;
  answer.tag = {.attempt = 1, .ttl = ttl};
  answer.from = reply.from;
  answer.icmp_type = reply.icmp_type;
  answer.icmp_code = reply.icmp_code;
  answer.rtt = rtt;
  answer.reply_ttl = reply.reply_ttl;
  answer.quoted_ttl = reply.quoted_ttl;
  if (reply.quote && reply.quote->traffic_class != flow.traffic_class) answer.quoted_tos = reply.quote->traffic_class;
  answer.tcp_flags = reply.tcp_flags;
  answer.next_hop_mtu = reply.next_hop_mtu;
  answer.mpls = reply.mpls;
  return to_reply(answer, Timeliness::in_time);
}

}  // namespace

Survey::Survey(platform::Wire& wire, const SurveyPlan& plan, SurveyOptions options)
    : wire_(wire),
      plan_(plan),
      options_(std::move(options)),
      identity_(make_survey_identity(wire.traits(), options_)),
      request_(make_survey_request(options_)),
      any_flow_(make_flow(request_, {}, identity_)),
      pacer_(options_.packets_per_second),
      reach_(plan.destination_count(), 0),
      packets_in_(receive_batch) {}

bool Survey::is_done() const {
  if (has_more() || batch_size_ > 0) return false;
  return !last_sent_at_ || wire_.now() >= *last_sent_at_ + options_.last_wait;
}

std::uint64_t Survey::safe_position() const {
  const auto answered_until = wire_.now() - options_.last_wait;
  auto position = progress_.position;
  for (const auto& slot : slots_)
    if (slot.used && slot.sent_at > answered_until) position = std::min(position, slot.position);
  return position;
}

std::vector<SharedHop> Survey::shared_hops() const {
  std::vector<SharedHop> hops;
  for (std::size_t ttl = 1; ttl < seen_.size(); ++ttl)
    if (const Ttl at{static_cast<std::uint8_t>(ttl)}; is_shared(at))
      hops.push_back({.ttl = at, .address = *seen_[ttl].only});
  return hops;
}

// ---- out

bool Survey::is_shared(Ttl ttl) const {
  const auto& seen = seen_[ttl.value];
  return seen.only && !seen.differs && seen.answers >= answers_to_share;
}

bool Survey::is_worth_sending(const SurveyProbe& probe) {
  const auto reach = reach_[probe.destination];
  if (reach != 0 && probe.ttl.value > reach) {
    ++progress_.beyond;
    return false;
  }
  if (is_shared(probe.ttl) && probe.destination % share_sample != 0) {
    ++progress_.shared;
    return false;
  }
  return true;
}

void Survey::fill_batch(Instant now) {
  const auto allowed = std::min(pacer_.allowance(now), send_batch - batch_size_);
  const auto before = batch_size_;
  const auto first_position = progress_.position;
  // A turn looks at a bounded number of places, so that a survey which may send nothing still answers a stop.
  for (int looked_at = 0; looked_at < 4096 && batch_size_ - before < allowed && has_more(); ++looked_at) {
    const auto probe = plan_.at(progress_.position++);
    if (!is_worth_sending(probe)) continue;
    const auto destination = plan_.address(probe.destination);
    if (options_.may_probe && !options_.may_probe(destination)) {
      ++progress_.forbidden;
      continue;
    }
    const auto source = wire_.source_for(destination);
    if (!source) {
      ++progress_.refused;
      continue;
    }
    if (batch_size_ == before) take_slot(now, first_position);
    request_.address = destination;
    const auto flow = make_flow(request_, *source, identity_);
    auto& out = batch_[batch_size_++];
    out.destination = destination;
    out.size = encode_probe(flow, probe.ttl, sequence_of(probe.ttl, slot_), identity_.cookie_key, out.bytes);
  }
  pacer_.take(batch_size_ - before);
}

void Survey::take_slot(Instant now, std::uint64_t position) {
  if (slots_[slot_].used && now < slots_[slot_].sent_at + slot_time) return;
  slot_ = static_cast<std::uint16_t>((slot_ + 1) % slot_count);
  slots_[slot_] = {.sent_at = now, .position = position, .used = true};
}

Result<> Survey::flush_batch() {
  if (batch_size_ == 0) return {};
  packets_out_.clear();
  for (std::size_t i = 0; i < batch_size_; ++i)
    packets_out_.push_back(
        {.destination = batch_[i].destination, .bytes = std::span(batch_[i].bytes).first(batch_[i].size)});
  refused_.clear();
  const auto taken = TRY(wire_.send(packets_out_, refused_));
  last_sent_at_ = wire_.now();
  progress_.sent += taken - refused_.size();
  progress_.refused += refused_.size();
  std::move(batch_.begin() + static_cast<std::ptrdiff_t>(taken),
            batch_.begin() + static_cast<std::ptrdiff_t>(batch_size_), batch_.begin());
  batch_size_ -= taken;
  return {};
}

// ---- in

Result<> Survey::receive(Instant until) {
  const auto count = TRY(wire_.receive(packets_in_, until));
  for (std::size_t i = 0; i < count; ++i) take_in(packets_in_[i]);
  progress_.receive_drops = wire_.counters().receive_drops;
  return {};
}

Result<> Survey::take_back_connections() {
  progress_.resets += TRY(resets_.send(wire_));
  return {};
}

bool Survey::is_mine(const ProbeReply& reply, Instant received_at) const {
  const auto slot = slot_of(reply.sequence);
  return slot < slot_count && slots_[slot].used && received_at >= slots_[slot].sent_at &&
         may_be_about(reply, any_flow_) && cookie_fits(reply, identity_.cookie_key, reply.sequence);
}

void Survey::take_in(const platform::IncomingPacket& packet) {
  const auto origin = packet.reconstructed ? PacketOrigin::reconstructed : PacketOrigin::received;
  const auto decoded = decode_reply(packet.bytes, origin, identity_);
  const auto destination = decoded ? plan_.find(decoded->probed) : std::nullopt;
  if (destination && leaves_half_open(*decoded, identity_.cookie_key)) resets_.add(*decoded, identity_.cookie_key);
  if (!destination || !is_mine(*decoded, packet.received_at)) {
    ++progress_.foreign;
    return;
  }
  const auto slot = slot_of(decoded->sequence);
  const Ttl ttl{static_cast<std::uint8_t>(decoded->sequence >> ttl_shift)};
  const SurveyReply reply{.destination = decoded->probed,
                          .ttl = ttl,
                          .reply = reply_of(*decoded, any_flow_, ttl, packet.received_at - slots_[slot].sent_at),
                          .verified = decoded->cookie.has_value()};
  ++progress_.replies;
  if (!reply.verified) ++progress_.unverified;
  note(*destination, reply);
  if (options_.on_reply) options_.on_reply(reply);
}

void Survey::recall(const SurveyReply& reply) {
  if (const auto destination = plan_.find(reply.destination)) note(*destination, reply);
}

void Survey::note(std::uint32_t destination, const SurveyReply& reply) {
  if (reply.ttl.value == 0 || reply.ttl.value >= seen_.size()) return;
  auto& reach = reach_[destination];
  const auto lower_to = [&reach](int ttl) {
    const auto bound = static_cast<std::uint8_t>(std::clamp(ttl, 1, SurveyPlan::highest_ttl));
    if (reach == 0 || bound < reach) reach = bound;
  };
  if (!ends_path(reply)) {
    auto& seen = seen_[reply.ttl.value];
    ++seen.answers;
    if (!seen.only) seen.only = reply.reply.from;
    if (*seen.only != reply.reply.from) seen.differs = true;
    return;
  }
  lower_to(reply.ttl.value);
  if (reply.reply.from != reply.destination) return;
  if (reply.reply.quoted_ttl && *reply.reply.quoted_ttl <= reply.ttl.value)
    lower_to(reply.ttl.value - *reply.reply.quoted_ttl + 1);
  else if (reply.reply.reply_ttl)
    lower_to(hops_travelled(*reply.reply.reply_ttl) + asymmetry);
}

// ---- one turn

Result<> Survey::turn() {
  const auto now = wire_.now();
  if (batch_size_ == 0) fill_batch(now);
  TRY(flush_batch());
  const auto after = wire_.now();
  auto until = after + longest_turn;
  if (batch_size_ > 0)
    until = after + full_buffer_pause;
  else if (has_more())
    until = pacer_.allowance(after) > 0 ? after : pacer_.next_at();
  else if (last_sent_at_)
    until = std::min(until, *last_sent_at_ + options_.last_wait);
  TRY(receive(until));
  return take_back_connections();
}

}  // namespace cw::probe
