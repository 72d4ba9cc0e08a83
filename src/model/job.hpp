#pragma once

// One request to measure, on the queue.

#include <optional>
#include <string>
#include <string_view>

#include "core/ip_address.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/measurement_request.hpp"
#include "model/target.hpp"

namespace cw {

// What the scheduler says of its jobs.
inline constexpr std::string_view kScheduleSource = "schedule";
inline constexpr std::string_view kFirstReason = "first measurement";
inline constexpr std::string_view kRepeatReason = "interval";

struct Job {
  Uuid id;
  IpAddress target_ip;
  std::string target_name;  // as its owner named it
  TargetSource target_type = TargetSource::static_list;
  Kind kind = Kind::trace;
  ProbeOptions options{};
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

// Why a measurement was made and what it was allowed: stored with it, so that every packet can be explained.
struct JobOrigin {
  std::string source;  // of the job; empty: nothing is known
  std::string reason;
  // The budget of the worker that ran it; nothing where no worker did.
  std::optional<int> rate_limit_per_minute;
  std::optional<int> max_concurrent_traceroutes;
  friend bool operator==(const JobOrigin&, const JobOrigin&) = default;
};

// What the prober is asked for. The worker's own choices, such as known hops, are added by the worker.
MeasurementRequest request_of(const Job& job);

}  // namespace cw
