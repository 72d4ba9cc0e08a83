#include "formats/hop_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace cw::formats {
namespace {

bool counts(const Reply& reply) { return !reply.late && !reply.duplicate; }

// The RTTs that count, in the order of the attempts.
std::vector<Duration> counted_rtts(const Hop& hop) {
  std::vector<const Reply*> counted;
  for (const Reply& reply : hop.replies)
    if (counts(reply)) counted.push_back(&reply);
  std::ranges::sort(counted, {}, &Reply::attempt);
  std::vector<Duration> rtts;
  for (const Reply* reply : counted) rtts.push_back(reply->rtt);
  return rtts;
}

Duration mean(Duration sum, std::size_t count) { return sum / static_cast<std::int64_t>(count); }

Duration median_of(std::vector<Duration> rtts) {
  std::ranges::sort(rtts);
  const std::size_t middle = rtts.size() / 2;
  return rtts.size() % 2 == 1 ? rtts[middle] : mean(rtts[middle - 1] + rtts[middle], 2);
}

Duration deviation_of(const std::vector<Duration>& rtts, Duration average) {
  if (rtts.size() < 2) return {};
  double squares = 0;
  for (const Duration rtt : rtts) squares += std::pow(static_cast<double>((rtt - average).count()), 2);
  return Duration(std::llround(std::sqrt(squares / static_cast<double>(rtts.size() - 1))));
}

Duration jitter_of(const std::vector<Duration>& rtts) {
  if (rtts.size() < 2) return {};
  Duration sum{};
  for (std::size_t i = 1; i < rtts.size(); ++i) sum += std::chrono::abs(rtts[i] - rtts[i - 1]);
  return mean(sum, rtts.size() - 1);
}

RttStatistics rtt_statistics(const std::vector<Duration>& rtts) {
  const Duration average = mean(std::accumulate(rtts.begin(), rtts.end(), Duration{}), rtts.size());
  const auto [best, worst] = std::ranges::minmax(rtts);
  return {.last = rtts.back(),
          .best = best,
          .average = average,
          .median = median_of(rtts),
          .worst = worst,
          .deviation = deviation_of(rtts, average),
          .jitter = jitter_of(rtts)};
}

}  // namespace

int received_count(const Hop& hop) { return static_cast<int>(std::ranges::count_if(hop.replies, counts)); }

HopStatistics hop_statistics(const Hop& hop) {
  const auto rtts = counted_rtts(hop);
  HopStatistics statistics{.sent = hop.sent, .received = static_cast<int>(rtts.size())};
  if (statistics.sent > 0)
    statistics.loss = std::max(0.0, 1.0 - static_cast<double>(statistics.received) / statistics.sent);
  if (!rtts.empty()) statistics.rtt = rtt_statistics(rtts);
  return statistics;
}

}  // namespace cw::formats
