#pragma once

// The targets. target_store_conformance.cpp is the contract as tests.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/target.hpp"

namespace cw::store {

struct TargetQuery {
  std::int64_t after_id = 0;  // keyset paging, by id
  int limit = 50;
  std::optional<std::string> label;
  std::optional<TargetState> state;
};

class TargetStore {
 public:
  virtual ~TargetStore() = default;

  // Adds, or joins with the target of the same address: labels are united, `last_seen` moves on, the higher
  // priority and the shorter interval win; everything else stays, how it is measured included. Returns it as stored.
  // `invalid`: a priority that is not from 0 to 9, an interval that is not from a second to decades.
  virtual Result<Target> put(const Target& target) = 0;
  // All or none, in one transaction.
  virtual Result<std::vector<Target>> put_all(const std::vector<Target>& targets) = 0;
  // Replaces labels, priority, interval, state, reason, kind, prober and options of the target with that id.
  // `not_found`, `invalid`.
  virtual Result<Target> update(const Target& target) = 0;
  virtual Result<> remove(std::int64_t id) = 0;  // `not_found`; its measurements stay
  virtual Result<Target> by_id(std::int64_t id) = 0;
  virtual Result<Target> by_address(const IpAddress& address) = 0;
  virtual Result<std::vector<Target>> list(const TargetQuery& query) = 0;
  virtual Result<std::int64_t> count() = 0;
  // Active targets whose next measurement (last one, else first_seen, plus interval) is due, longest overdue
  // first. A target that was never measured is due at once.
  virtual Result<std::vector<Target>> due(Instant now, int limit) = 0;
};

}  // namespace cw::store
