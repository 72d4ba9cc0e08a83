#include "ports/probe/survey/survey_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

namespace cw::probe {
namespace {

constexpr int block_length_v4 = 24;
constexpr int block_length_v6 = 48;
constexpr int rounds = 4;

// splitmix64's finalizer (Steele, Lea and Flood, 2014): every bit of the input reaches every bit of the output.
std::uint64_t scramble(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

// Bits of the address that lie before bit `length`, counted from the first of the family, as a number. Blocks of
// IPv6 are told apart by their first 48 bits.
std::uint64_t leading_bits(const IpAddress& address, int length) {
  if (address.is_v4()) return length == 0 ? 0 : address.v4_value() >> (32 - length);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = value << 8 | address.bytes()[i];
  return length == 0 ? 0 : value >> (64 - length);
}

IpAddress plus_blocks(const Prefix& prefix, int block_length, std::uint64_t block) {
  if (prefix.family() == Family::v4) {
    if (block_length > block_length_v4) return prefix.address();
    return IpAddress::v4(prefix.address().v4_value() + static_cast<std::uint32_t>(block << (32 - block_length)));
  }
  if (block_length > block_length_v6) return prefix.address();
  auto bytes = prefix.address().bytes();
  const auto value = leading_bits(prefix.address(), 64) + (block << (64 - block_length));
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  return IpAddress::v6(bytes);
}

int block_length_of(const Prefix& prefix) {
  return std::max(prefix.length(), prefix.family() == Family::v4 ? block_length_v4 : block_length_v6);
}

}  // namespace

// ---- order

KeyedOrder::KeyedOrder(std::uint64_t size, std::uint64_t key)
    : size_(size), key_(key), half_bits_(std::max(1u, (static_cast<unsigned>(std::bit_width(size)) + 1) / 2)) {}

std::uint64_t KeyedOrder::mix(std::uint64_t number) const {
  const auto mask = (std::uint64_t{1} << half_bits_) - 1;
  auto left = number >> half_bits_;
  auto right = number & mask;
  for (int round = 0; round < rounds; ++round) {
    const auto salt = key_ + 0x9e3779b97f4a7c15 * static_cast<std::uint64_t>(round + 1);
    left ^= scramble(right ^ salt) & mask;
    std::swap(left, right);
  }
  return left << half_bits_ | right;
}

// The network permutes at most four times as many numbers as there are; each is met once, so the walk ends.
std::uint64_t KeyedOrder::at(std::uint64_t place) const {
  assert(place < size_);
  do place = mix(place);
  while (place >= size_);
  return place;
}

// ---- plan

Result<SurveyPlan> SurveyPlan::make(std::vector<Prefix> prefixes, int max_ttl, std::uint64_t seed) {
  if (max_ttl < 1 || max_ttl > highest_ttl)
    return fail(ErrorKind::invalid, fmt::format("a survey's max-ttl must be from 1 to {}", highest_ttl));
  if (prefixes.empty()) return fail(ErrorKind::invalid, "a survey needs at least one prefix or address");
  std::ranges::sort(prefixes);  // by address, the shorter before the longer
  std::vector<Range> ranges;
  std::uint64_t count = 0;
  for (const auto& prefix : prefixes) {
    if (!ranges.empty() && ranges.back().prefix.contains(prefix)) continue;
    const int block_length = block_length_of(prefix);
    const int extra_bits = block_length - prefix.length();
    count += extra_bits > 28 ? most_destinations + std::uint64_t{1} : std::uint64_t{1} << extra_bits;
    if (count > most_destinations)
      return fail(ErrorKind::exhausted,
                  fmt::format("the list has more than {} blocks: split it into several surveys", most_destinations));
    ranges.push_back({.prefix = prefix,
                      .first = static_cast<std::uint32_t>(count - (std::uint64_t{1} << extra_bits)),
                      .block_length = block_length});
  }
  return SurveyPlan(std::move(ranges), static_cast<std::uint32_t>(count), max_ttl, seed);
}

SurveyPlan::SurveyPlan(std::vector<Range> ranges, std::uint32_t count, int max_ttl, std::uint64_t seed)
    : ranges_(std::move(ranges)),
      destination_count_(count),
      max_ttl_(max_ttl),
      seed_(seed),
      fingerprint_(scramble(seed ^ static_cast<std::uint64_t>(max_ttl))),
      distances_(count, scramble(seed + 1)),
      hops_(std::uint64_t{count} * static_cast<std::uint64_t>(std::max(1, max_ttl - 1)), scramble(seed + 2)) {
  for (const auto& range : ranges_) {
    fingerprint_ = scramble(fingerprint_ ^ std::hash<IpAddress>{}(range.prefix.address()));
    fingerprint_ = scramble(fingerprint_ + static_cast<std::uint64_t>(range.prefix.length()));
  }
}

std::uint64_t SurveyPlan::probe_count() const {
  return std::uint64_t{destination_count_} * static_cast<std::uint64_t>(max_ttl_);
}

SurveyProbe SurveyPlan::at(std::uint64_t position) const {
  assert(position < probe_count());
  if (position < destination_count_)
    return {.destination = static_cast<std::uint32_t>(distances_.at(position)),
            .ttl = Ttl{static_cast<std::uint8_t>(max_ttl_)}};
  const auto number = hops_.at(position - destination_count_);
  return {.destination = static_cast<std::uint32_t>(number % destination_count_),
          .ttl = Ttl{static_cast<std::uint8_t>(1 + number / destination_count_)}};
}

// Never the first or last address of an IPv4 block, which may be nobody's or everybody's (RFC 919).
IpAddress SurveyPlan::address_in(const Range& range, std::uint32_t block) const {
  const auto base = plus_blocks(range.prefix, range.block_length, block);
  if (base.is_v4()) {
    const auto size = std::uint64_t{1} << (32 - range.block_length);
    if (size <= 2) return base;
    const auto host = 1 + scramble(seed_ ^ base.v4_value()) % (size - 2);
    return IpAddress::v4(base.v4_value() + static_cast<std::uint32_t>(host));
  }
  // Of 2^80 addresses none is likely to be a host; the router is what is looked for, and often is the first.
  if (range.block_length == 128) return base;
  auto bytes = base.bytes();
  bytes[15] |= 1;
  return IpAddress::v6(bytes);
}

IpAddress SurveyPlan::address(std::uint32_t destination) const {
  assert(destination < destination_count_);
  const auto behind = std::ranges::upper_bound(ranges_, destination, {}, &Range::first);
  const auto& range = *(behind - 1);
  return address_in(range, destination - range.first);
}

std::optional<std::uint32_t> SurveyPlan::find(const IpAddress& address) const {
  const auto by_address = [](const Range& range) { return range.prefix.address(); };
  const auto behind = std::ranges::upper_bound(ranges_, address, {}, by_address);
  if (behind == ranges_.begin()) return std::nullopt;
  const auto& range = *(behind - 1);
  if (!range.prefix.contains(address)) return std::nullopt;
  const int limit = range.prefix.family() == Family::v4 ? block_length_v4 : block_length_v6;
  const auto block = range.block_length > limit ? 0
                                                : leading_bits(address, range.block_length) -
                                                      leading_bits(range.prefix.address(), range.block_length);
  if (address_in(range, static_cast<std::uint32_t>(block)) != address) return std::nullopt;
  return range.first + static_cast<std::uint32_t>(block);
}

}  // namespace cw::probe
