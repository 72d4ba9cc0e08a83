#include "formats/hop_reading.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>

namespace cw::formats {
namespace {

constexpr double chance_loss = 0.01;
constexpr double significance = 0.05;
constexpr double one_sided_z = 1.645;

bool counts(const Reply& reply) { return !reply.late && !reply.duplicate; }

std::vector<AddressStatistics> by_address(const Hop& hop) {
  std::vector<Hop> parts;
  std::vector<AddressStatistics> addresses;
  for (const Reply& reply : hop.replies) {
    if (!counts(reply)) continue;
    const auto found = std::ranges::find(addresses, reply.from, &AddressStatistics::from);
    const auto place = static_cast<std::size_t>(found - addresses.begin());
    if (found == addresses.end()) {
      addresses.push_back({.from = reply.from});
      parts.emplace_back();
    }
    parts[place].replies.push_back(reply);
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto statistics = hop_statistics(parts[i]);
    addresses[i].received = statistics.received;
    addresses[i].rtt = *statistics.rtt;
  }
  return addresses;
}

// The last hop that answered, if the destination was reached.
std::optional<std::size_t> destination_of(const Measurement& measurement, const std::vector<HopReading>& readings) {
  if (measurement.status != Status::reached) return std::nullopt;
  for (std::size_t i = readings.size(); i-- > 0;)
    if (readings[i].statistics.received > 0) return i;
  return std::nullopt;
}

// 1. Nothing sent and nothing received: not_probed.
// 2. Nothing received: silent if a later hop answered, else no_answer.
// 3. Loss that is chance: ok.
// 4. A later hop that answers loses only what is chance, or fewer: rate_limited.
// 5. The destination never answered: unclear.
// 6. A hop before has forwarding_loss, and loses no fewer than this one: loss_before.
// 7. The destination itself: destination_loss. Any other hop: forwarding_loss.
class LossReader {
 public:
  LossReader(const std::vector<HopReading>& readings, std::optional<std::size_t> destination)
      : readings_(readings), destination_(destination) {}

  HopLabel label(std::size_t place) {
    const HopStatistics& hop = readings_[place].statistics;
    if (hop.received == 0) {
      if (hop.sent == 0) return HopLabel::not_probed;
      return answered_after(place) ? HopLabel::silent : HopLabel::no_answer;
    }
    if (loss_is_chance(hop.sent, hop.received)) return HopLabel::ok;
    if (later_hop_loses_fewer(place)) return HopLabel::rate_limited;
    if (!destination_) return HopLabel::unclear;
    if (begins_ != nullptr && !loses_fewer(*begins_, hop)) return HopLabel::loss_before;
    if (place == *destination_) return HopLabel::destination_loss;
    begins_ = &hop;
    return HopLabel::forwarding_loss;
  }

 private:
  [[nodiscard]] bool answered_after(std::size_t place) const {
    return std::any_of(readings_.begin() + static_cast<std::ptrdiff_t>(place) + 1, readings_.end(),
                       [](const HopReading& later) { return later.statistics.received > 0; });
  }

  [[nodiscard]] bool later_hop_loses_fewer(std::size_t place) const {
    const HopStatistics& hop = readings_[place].statistics;
    return std::any_of(
        readings_.begin() + static_cast<std::ptrdiff_t>(place) + 1, readings_.end(), [&](const HopReading& later) {
          const HopStatistics& other = later.statistics;
          return other.received > 0 && (loss_is_chance(other.sent, other.received) || loses_fewer(other, hop));
        });
  }

  const std::vector<HopReading>& readings_;
  std::optional<std::size_t> destination_;
  const HopStatistics* begins_ = nullptr;  // of the hop where the loss that goes on began
};

void append_round(Measurement& joined, const Measurement& trace) {
  for (const Hop& hop : trace.hops) {
    auto place = std::ranges::lower_bound(joined.hops, hop.ttl, {}, &Hop::ttl);
    if (place == joined.hops.end() || place->ttl != hop.ttl) place = joined.hops.insert(place, Hop{.ttl = hop.ttl});
    for (Reply reply : hop.replies) {
      reply.attempt += place->sent;
      place->replies.push_back(std::move(reply));
    }
    place->sent += hop.sent;
    if (hop.inferred && place->sent == 0) place->inferred = hop.inferred;
    if (place->sent > 0) place->inferred.reset();
  }
}

}  // namespace

std::string_view to_string(HopLabel label) {
  switch (label) {
    case HopLabel::ok:
      return "ok";
    case HopLabel::not_probed:
      return "not_probed";
    case HopLabel::silent:
      return "silent";
    case HopLabel::no_answer:
      return "no_answer";
    case HopLabel::rate_limited:
      return "rate_limited";
    case HopLabel::forwarding_loss:
      return "forwarding_loss";
    case HopLabel::loss_before:
      return "loss_before";
    case HopLabel::destination_loss:
      return "destination_loss";
    case HopLabel::unclear:
      return "unclear";
  }
  return "ok";
}

// The probability of fewer than `lost` is summed term by term: P(0) = 0.99^n, P(k+1) = P(k) (n-k)/(k+1) p/(1-p). Where
// P(0) is too small to be held, the normal approximation stands in.
bool loss_is_chance(int sent, int received) {
  const int lost = sent - received;
  if (lost < 2) return true;
  const double expected = sent * chance_loss;
  if (sent > 50'000) return lost - expected <= one_sided_z * std::sqrt(expected * (1 - chance_loss));
  double term = std::pow(1 - chance_loss, sent);
  double fewer = 0;
  for (int k = 0; k < lost; ++k) {
    fewer += term;
    term *= static_cast<double>(sent - k) / (k + 1) * chance_loss / (1 - chance_loss);
  }
  return 1 - fewer >= significance;
}

bool loses_fewer(const HopStatistics& one, const HopStatistics& other) {
  if (one.sent == 0 || other.sent == 0 || one.loss >= other.loss) return false;
  const double lost = one.loss * one.sent + other.loss * other.sent;
  const double pooled = lost / (one.sent + other.sent);
  const double deviation = std::sqrt(pooled * (1 - pooled) * (1.0 / one.sent + 1.0 / other.sent));
  return deviation == 0 || (other.loss - one.loss) / deviation > one_sided_z;
}

std::vector<HopReading> read_hops(const Measurement& measurement) {
  std::vector<HopReading> readings;
  readings.reserve(measurement.hops.size());
  for (const Hop& hop : measurement.hops)
    readings.push_back({.ttl = hop.ttl, .statistics = hop_statistics(hop), .addresses = by_address(hop)});
  LossReader reader(readings, destination_of(measurement, readings));
  for (std::size_t i = 0; i < readings.size(); ++i) readings[i].label = reader.label(i);
  return readings;
}

Measurement join_rounds(std::span<const Measurement> traces) {
  assert(!traces.empty());
  Measurement joined = traces.back();
  joined.hops.clear();
  joined.started_at = traces.front().started_at;
  joined.probes_sent = 0;
  for (const Measurement& trace : traces) {
    joined.probes_sent += trace.probes_sent;
    if (trace.status == Status::reached) {
      joined.status = trace.status;
      joined.stop_reason = trace.stop_reason;
    }
    append_round(joined, trace);
  }
  return joined;
}

}  // namespace cw::formats
