#pragma once

// The contract of the job queue as tests. A back end joins with one line:
//   INSTANTIATE_TEST_SUITE_P(Name, JobQueueConformance, testing::Values(open_it));

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "core/random.hpp"
#include "ports/queue/job_queue.hpp"

namespace cw::queue {

// An empty queue, with whatever it needs to live.
struct JobQueueUnderTest {
  std::shared_ptr<void> backend;
  JobQueue* queue = nullptr;
};
using OpenJobQueue = std::function<JobQueueUnderTest(const QueueLimits&)>;

class JobQueueConformance : public testing::TestWithParam<OpenJobQueue> {
 protected:
  JobQueue& queue() {
    if (opened_.queue == nullptr) opened_ = GetParam()(limits);
    return *opened_.queue;
  }
  Random& random() { return random_; }

  // Change them before the first use of the queue.
  QueueLimits limits{.most_waiting = 1'000,
                     .most_dead = 5,
                     .most_attempts = 3,
                     .first_backoff = std::chrono::seconds(30),
                     .longest_backoff = std::chrono::seconds(50)};

 private:
  JobQueueUnderTest opened_;
  Random random_{20'260'101};
};

}  // namespace cw::queue
