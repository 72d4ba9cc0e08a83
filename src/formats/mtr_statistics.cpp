#include "formats/mtr_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

namespace cw::formats {
namespace {

using std::chrono::microseconds;

std::vector<std::int64_t> counted_microseconds(const Hop& hop) {
  std::vector<const Reply*> counted;
  for (const Reply& reply : hop.replies)
    if (!reply.late && !reply.duplicate) counted.push_back(&reply);
  std::ranges::sort(counted, {}, [](const Reply* reply) { return std::pair(reply->attempt, reply); });
  std::vector<std::int64_t> rtts;
  for (const Reply* reply : counted) rtts.push_back(std::chrono::round<microseconds>(reply->rtt).count());
  return rtts;
}

// The state between two answers, named as in mtr.
struct Running {
  std::int64_t returned = 0;
  std::int64_t last = 0;
  std::int64_t best = 0;
  std::int64_t worst = 0;
  std::int64_t avg = 0;
  std::int64_t ssd = 0;
  std::int64_t gmean = 0;
  std::int64_t jitter = 0;
  std::int64_t javg = 0;
  std::int64_t jworst = 0;
  std::int64_t jinta = 0;

  void take(std::int64_t rtt) {
    jitter = returned == 0 ? 0 : std::abs(rtt - last);
    last = rtt;
    if (returned == 0) best = worst = gmean = rtt;
    best = std::min(best, rtt);
    worst = std::max(worst, rtt);
    jworst = std::max(jworst, jitter);
    ++returned;
    const auto count = static_cast<double>(returned);
    const auto before = static_cast<double>(avg);
    const auto now = static_cast<double>(rtt);
    avg = static_cast<std::int64_t>(before + (now - before) / count);
    ssd = static_cast<std::int64_t>(static_cast<double>(ssd) + (now - before) * (now - static_cast<double>(avg)));
    javg += (jitter - javg) / returned;
    jinta += jitter - ((jinta + 8) >> 4);
    if (returned > 1)
      gmean = static_cast<std::int64_t>(std::pow(static_cast<double>(gmean), (count - 1) / count) *
                                        std::pow(now, 1 / count));
  }

  [[nodiscard]] std::int64_t deviation() const {
    if (returned < 2) return 0;
    return static_cast<std::int64_t>(std::sqrt(static_cast<double>(ssd) / static_cast<double>(returned - 1)));
  }
};

}  // namespace

MtrStatistics mtr_statistics(const Hop& hop) {
  Running running;
  for (const std::int64_t rtt : counted_microseconds(hop)) running.take(rtt);
  MtrStatistics statistics{.sent = std::max(hop.sent, static_cast<int>(running.returned)),
                           .received = static_cast<int>(running.returned),
                           .last = microseconds(running.last),
                           .best = microseconds(running.best),
                           .average = microseconds(running.avg),
                           .worst = microseconds(running.worst),
                           .deviation = microseconds(running.deviation()),
                           .geometric_mean = microseconds(running.gmean),
                           .jitter = microseconds(running.jitter),
                           .jitter_average = microseconds(running.javg),
                           .jitter_worst = microseconds(running.jworst),
                           .jitter_interarrival = microseconds(running.jinta)};
  statistics.dropped = std::max(0, statistics.sent - statistics.received);
  if (statistics.sent > 0)
    statistics.loss_percent = std::floor(100'000.0 * statistics.dropped / statistics.sent) / 1000;
  return statistics;
}

}  // namespace cw::formats
