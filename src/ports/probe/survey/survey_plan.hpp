#pragma once

// What a survey probes and in which order: one address of every /24 (IPv6: /48) of a list of prefixes, every TTL,
// in a keyed random order that needs no memory, so that no router is asked twice in a row and a position is all
// that is needed to go on later ("Yarrp'ing the Internet", Beverly, IMC 2016).

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ip_address.hpp"
#include "core/prefix.hpp"
#include "core/result.hpp"
#include "model/measurement_request.hpp"

namespace cw::probe {

// A keyed order of the numbers below `size`: a Feistel network of four rounds over the next even number of bits,
// walked until the number fits (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002).
class KeyedOrder {
 public:
  KeyedOrder(std::uint64_t size, std::uint64_t key);
  // The number at that place; `place` is below the size. Every number has one place.
  [[nodiscard]] std::uint64_t at(std::uint64_t place) const;

 private:
  [[nodiscard]] std::uint64_t mix(std::uint64_t number) const;

  std::uint64_t size_;
  std::uint64_t key_;
  unsigned half_bits_;
};

struct SurveyProbe {
  std::uint32_t destination = 0;  // its number in the plan
  Ttl ttl;
};

class SurveyPlan {
 public:
  static constexpr std::uint32_t most_destinations = 1u << 28;
  static constexpr int highest_ttl = 31;  // what the probe has room for

  // `invalid`: no prefix, or a TTL outside 1 to 31; `exhausted`: more destinations than the bound. Prefixes that
  // lie in others are left out. The same prefixes and seed give the same plan.
  static Result<SurveyPlan> make(std::vector<Prefix> prefixes, int max_ttl, std::uint64_t seed);

  [[nodiscard]] std::uint32_t destination_count() const { return destination_count_; }
  [[nodiscard]] std::uint64_t probe_count() const;
  [[nodiscard]] int max_ttl() const { return max_ttl_; }
  // Tells plans apart.
  [[nodiscard]] std::uint64_t fingerprint() const { return fingerprint_; }

  // First the highest TTL of every destination, whose answers tell how far each is; then all others. `position` is
  // below the probe count.
  [[nodiscard]] SurveyProbe at(std::uint64_t position) const;
  [[nodiscard]] IpAddress address(std::uint32_t destination) const;
  // The destination with that address.
  [[nodiscard]] std::optional<std::uint32_t> find(const IpAddress& address) const;

 private:
  struct Range {
    Prefix prefix;
    std::uint32_t first = 0;  // number of its first block
    int block_length = 0;     // prefix length of a block
  };
  SurveyPlan(std::vector<Range> ranges, std::uint32_t count, int max_ttl, std::uint64_t seed);
  [[nodiscard]] IpAddress address_in(const Range& range, std::uint32_t block) const;

  std::vector<Range> ranges_;
  std::uint32_t destination_count_;
  int max_ttl_;
  std::uint64_t seed_;
  std::uint64_t fingerprint_;
  KeyedOrder distances_;
  KeyedOrder hops_;
};

}  // namespace cw::probe
