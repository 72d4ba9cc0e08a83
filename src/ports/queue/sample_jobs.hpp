#pragma once

// The jobs that the queue's suite works with, from the hosts of 203.0.113.0/24 on.

#include <chrono>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "ports/queue/job_queue.hpp"

namespace cw::queue {

constexpr auto lease_time = std::chrono::minutes(1);

inline Instant start() { return Instant(std::chrono::seconds(1'767'225'600)); }

inline IpAddress host(int number) { return IpAddress::v4(0xcb007100u + static_cast<std::uint32_t>(number)); }

inline Job job_for(Random& random, int number, int priority = 5) {
  return {.id = Uuid::make_v7(start(), random),
          .target_ip = host(number),
          .target_name = "host" + std::to_string(number) + ".example.net",
          .target_type = TargetSource::dns,
          .kind = Kind::trace,
          .priority = priority,
          .source = "schedule",
          .reason = "interval",
          .created_at = start() + std::chrono::seconds(number),
          .not_before = start()};
}

inline std::vector<int> numbers_of(const Result<std::vector<Job>>& jobs) {
  std::vector<int> numbers;
  if (!jobs) return numbers;
  for (const auto& job : *jobs) numbers.push_back(static_cast<int>(job.target_ip.v4_value() - host(0).v4_value()));
  return numbers;
}

}  // namespace cw::queue
