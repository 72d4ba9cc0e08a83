#include "ports/probe/native/path_mtu_finder.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cw::probe {
namespace {

// The plateaus of RFC 1191, section 7.1, as far as they are still met, and Ethernet with its tunnels.
constexpr std::array<std::uint16_t, 16> common_sizes{9'216, 9'000, 4'352, 2'002, 1'500, 1'492, 1'480, 1'420,
                                                     1'400, 1'380, 1'280, 1'006, 576,   508,   296,   68};

std::optional<std::uint16_t> common_size_below(std::uint32_t size) {
  const auto found = std::ranges::find_if(common_sizes, [&](std::uint16_t common) { return common < size; });
  return found == common_sizes.end() ? std::nullopt : std::optional(*found);
}

std::uint16_t middle(std::uint32_t low, std::uint32_t high) {
  return static_cast<std::uint16_t>(low + (high - low) / 2);
}

}  // namespace

// ---- what to try

bool PathMtuFinder::own_limit_is_known() const {
  return std::uint32_t{taken_here_} + 1 >= refused_here_ || refused_here_ <= floor_;
}

std::uint16_t PathMtuFinder::next_for_own_machine() const {
  if (taken_here_ != 0) return middle(taken_here_, refused_here_);
  return std::max(common_size_below(refused_here_).value_or(floor_), floor_);
}

std::optional<std::uint16_t> PathMtuFinder::next() const {
  if (!own_limit_is_known()) return next_for_own_machine();
  if (answers_ended_ || floor_is_silent_ || bound() <= std::uint32_t{passed_} + 1 || bound() <= floor_)
    return std::nullopt;
  if (hint_ && is_open(*hint_)) return hint_;
  // Whoever said that so much fits is asked whether one byte more does.
  if (hint_ && *hint_ == passed_) return static_cast<std::uint16_t>(passed_ + 1);
  if (failed_ > largest_tried_packet) return static_cast<std::uint16_t>(refused_here_ - 1);
  return passed_ != 0 ? middle(passed_, bound()) : floor_;
}

// ---- what came of it

void PathMtuFinder::taken_here(std::uint16_t size) {
  if (size < refused_here_) taken_here_ = std::max(taken_here_, size);
}

void PathMtuFinder::refused_here(std::uint16_t size) {
  refused_here_ = std::min<std::uint32_t>(refused_here_, size);
  if (taken_here_ >= refused_here_) taken_here_ = 0;
}

void PathMtuFinder::passed(std::uint16_t size) {
  passed_ = std::max(passed_, size);
  floor_is_silent_ = false;
  // What passes was lost before by chance, or refused by a liar.
  if (failed_ > passed_) return;
  failed_ = std::uint32_t{passed_} + 1;
  failed_silently_ = false;
}

void PathMtuFinder::silent(std::uint16_t size) {
  if (size <= passed_) return;
  if (size <= floor_) floor_is_silent_ = true;
  if (size >= failed_) return;
  failed_ = size;
  // A router that said so need not say it again; many limit how often they do.
  const auto said_so = [&](const Refusal& refusal) { return refusal.claimed == passed_ && passed_ + 1 == size; };
  failed_silently_ = std::ranges::none_of(refusals_, said_so);
}

void PathMtuFinder::too_big(std::uint16_t size, const IpAddress& from, Ttl ttl, std::uint16_t mtu) {
  if (size <= passed_) return;
  const auto known = std::ranges::find(refusals_, from, &Refusal::from);
  if (known == refusals_.end()) {
    refusals_.push_back({.from = from, .ttl = ttl, .least = size, .claimed = mtu});
  } else if (size < known->least) {
    known->least = size;
    known->claimed = mtu;
  }
  if (size > failed_ || (size == failed_ && !failed_silently_)) return;
  failed_ = size;
  failed_silently_ = false;
  const bool plausible = mtu >= floor_ && is_open(mtu);
  hint_ = plausible ? mtu : common_size_below(size);
  if (hint_) hint_ = std::max(*hint_, floor_);
  if (words_believed_++ >= most_words_believed) hint_.reset();
}

// ---- what is known

std::optional<std::uint16_t> PathMtuFinder::lost() const {
  if (!failed_silently_ || passed_ == 0 || failed_ >= refused_here_ || is_cut_short()) return std::nullopt;
  return static_cast<std::uint16_t>(failed_);
}

// The largest packet that is known to have got past the router: to the destination, or to another one that refused.
std::uint16_t PathMtuFinder::largest_beyond(const Refusal& refusal) const {
  auto largest = passed_;
  for (const auto& other : refusals_)
    if (other.ttl > refusal.ttl) largest = std::max(largest, other.least);
  return std::min(largest, static_cast<std::uint16_t>(refusal.least - 1));
}

// A router's own word holds where nothing speaks against it.
std::vector<MtuLimit> PathMtuFinder::limits(std::optional<Ttl> lost_behind) const {
  std::vector<MtuLimit> limits;
  if (refused_here_ <= largest_tried_packet && taken_here_ != 0)
    limits.push_back({.ttl = Ttl{0}, .from = std::nullopt, .mtu = taken_here_});
  for (const auto& refusal : refusals_) {
    if (refusal.least <= passed_) continue;  // it was a lie
    const auto proved = largest_beyond(refusal);
    const bool believable = refusal.claimed >= std::max(proved, floor_) && refusal.claimed < refusal.least;
    if (!believable && is_cut_short()) continue;  // what it lets through was not found out
    limits.push_back({.ttl = refusal.ttl, .from = refusal.from, .mtu = believable ? refusal.claimed : proved});
  }
  if (lost() && lost_behind) limits.push_back({.ttl = *lost_behind, .from = std::nullopt, .mtu = passed_});
  std::ranges::sort(limits, {}, [](const MtuLimit& limit) { return std::pair(limit.ttl, limit.from.has_value()); });
  return limits;
}

}  // namespace cw::probe
