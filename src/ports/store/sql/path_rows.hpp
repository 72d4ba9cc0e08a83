#pragma once

// Paths, what they mean over time, and the epochs in which a target kept one: as rows, inside somebody else's
// transaction.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/as_path.hpp"
#include "model/measurement.hpp"
#include "platform/database.hpp"

namespace cw::store {

// What makes a path the path it is. `reached` belongs to it because the same addresses mean something else when
// the last of them is the destination's own.
struct PathContent {
  Ttl first_ttl;
  bool reached = false;
  std::vector<std::optional<IpAddress>> addresses;
};

// Nothing for a ping and for a measurement without hops.
std::optional<PathContent> path_of(const Measurement& measurement);

// The id to look for first: a 64-bit hash of the content.
std::int64_t hash_of(const PathContent& path);
// Sixteen hexadecimal digits.
std::string path_hash_text(std::int64_t path_id);

// Stores the path unless it is there; returns its id.
Result<std::int64_t> store_path(platform::Database& database, const PathContent& path, Instant seen);

// Says what the path means from that instant on. A row is only added where it says something new.
Result<> annotate_path(platform::Database& database, std::int64_t path_id, Instant at, const AsPath& as_path);

// Lengthens the epoch of the measurement's path, or opens one. The measurement is stored already.
Result<> record_epoch(platform::Database& database, const Measurement& measurement, std::int64_t path_id);

}  // namespace cw::store
