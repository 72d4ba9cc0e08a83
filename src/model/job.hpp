#pragma once

// One request to measure, on the queue.

#include <cstdint>
#include <string>

#include "core/ip_address.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/measurement_request.hpp"
#include "model/target.hpp"

namespace cw {

struct Job {
  Uuid id;
  IpAddress target_ip;
  std::string target_name;  // as its owner named it
  TargetSource target_type = TargetSource::static_list;
  Kind kind = Kind::trace;
  std::string prober;  // which is to measure; empty: the node's own order
  int priority = 5;    // 0 lowest, 9 highest
  std::string source;  // who asked: "schedule", "api", …
  std::string reason;
  Instant created_at;
  Instant not_before;
  int attempt = 0;  // leases so far
  // Made at the first lease and kept over later ones, so that a job measured twice is stored once.
  Uuid measurement_id;
  friend bool operator==(const Job&, const Job&) = default;
};

}  // namespace cw
