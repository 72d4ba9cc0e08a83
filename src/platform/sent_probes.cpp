#include "platform/sent_probes.hpp"

#include <algorithm>

namespace cw::platform {
namespace {

constexpr std::size_t udp_header = 8;
// No answer takes longer.
constexpr Duration most_waiting = std::chrono::seconds(10);

bool fits(const SentProbe& probe, const QuotedProbe& quoted) {
  if (probe.destination != quoted.destination || probe.source_port != quoted.source_port ||
      probe.destination_port != quoted.destination_port)
    return false;
  const auto payload = probe.bytes().subspan(std::min(udp_header, probe.head_size));
  const auto compared = std::min(payload.size(), quoted.payload.size());
  return std::ranges::equal(payload.first(compared), quoted.payload.first(compared));
}

bool is_quoted_whole(const SentProbe& probe, const QuotedProbe& quoted) {
  return probe.head_size > udp_header && quoted.payload.size() >= probe.head_size - udp_header;
}

}  // namespace

void SentProbes::add(const SentProbe& probe) {
  if (probes_.size() < most_probes) {
    probes_.push_back(probe);
    return;
  }
  probes_[next_] = probe;
  next_ = (next_ + 1) % most_probes;
}

const SentProbe* SentProbes::answer(const QuotedProbe& quoted, Instant now) {
  SentProbe* found = nullptr;
  std::size_t waiting = 0;
  for (auto& probe : probes_) {
    if (!fits(probe, quoted)) continue;
    if (is_quoted_whole(probe, quoted)) {
      probe.is_answered = true;
      return &probe;
    }
    if (probe.is_answered || now - probe.sent_at > most_waiting) continue;
    found = &probe;
    ++waiting;
  }
  if (waiting != 1) return nullptr;
  found->is_answered = true;
  return found;
}

}  // namespace cw::platform
