#pragma once

// What was asked for and not probed, and why: one row an address and reason, counted. Bounded: the longest unseen
// are forgotten first. refusal_store_conformance.cpp is the contract as tests.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace cw::store {

struct NewRefusal {
  IpAddress address;
  std::string reason;  // a word: "excluded", "special_use", "opted_out", …
  std::string detail;  // for people
  std::string source;  // who asked: "schedule", "api", …
};

struct Refusal {
  std::int64_t id = 0;
  IpAddress address;
  std::string reason;
  std::string detail;  // of the last time
  std::string source;  // of the last time
  Instant first_at;
  Instant last_at;
  std::int64_t count = 0;
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

struct RefusalQuery {
  std::optional<IpAddress> address;
  std::optional<std::int64_t> before_id;  // keyset paging
  int limit = 50;
};

class RefusalStore {
 public:
  static constexpr std::size_t kMostRows = 10'000;

  virtual ~RefusalStore() = default;

  // In one transaction; of more than kMostRows, the last ones.
  virtual Result<> note(const std::vector<NewRefusal>& refusals, Instant now) = 0;
  // The last refused first: a refusal that is repeated gets a new id.
  virtual Result<std::vector<Refusal>> list(const RefusalQuery& query) = 0;
};

}  // namespace cw::store
