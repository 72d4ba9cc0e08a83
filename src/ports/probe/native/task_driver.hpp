#pragma once

// For tests of tasks: plays engine and network at once. A path is a function from a probe to its answer; time is
// a number that jumps to whatever happens next.

#include <algorithm>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "ports/probe/native/task.hpp"

namespace cw::probe {

// An answer as a path makes it; the driver fills in the rest.
struct PathAnswer {
  IpAddress from;
  codec::IcmpMessage message = codec::IcmpMessage::time_exceeded;
  Duration rtt{};
  std::uint8_t reply_ttl = 64;
};
using Path = std::function<std::optional<PathAnswer>(ProbeTag)>;

class TaskDriver {
 public:
  TaskDriver(Task& task, Path path) : task_(task), path_(std::move(path)) {}

  static constexpr Instant start{std::chrono::hours(1000)};

  Measurement run() {
    for (;;) {
      const auto step = task_.next(now_, &events);
      if (std::holds_alternative<Done>(step)) return task_.take_result(now_);
      if (const auto* send = std::get_if<SendProbe>(&step))
        transmit(send->tag);
      else
        pass_time(std::get<WaitUntil>(step).instant);
    }
  }

  [[nodiscard]] Duration elapsed() const { return now_ - start; }

  std::vector<ProbeTag> sent;
  std::vector<Instant> sent_at;
  Events events;

 private:
  struct Arrival {
    Instant at;
    ProbeTag tag;
    PathAnswer answer;
    friend bool operator>(const Arrival& a, const Arrival& b) { return a.at > b.at; }
  };

  void transmit(ProbeTag tag) {
    sent.push_back(tag);
    sent_at.push_back(now_);
    task_.on_sent(tag, now_);
    if (const auto answer = path_(tag)) arrivals_.push({.at = now_ + answer->rtt, .tag = tag, .answer = *answer});
  }
  void pass_time(Instant until) {
    if (arrivals_.empty() || arrivals_.top().at > until) {
      now_ = std::max(now_, until);
      return;
    }
    const auto [at, tag, answer] = arrivals_.top();
    arrivals_.pop();
    now_ = at;
    task_.on_answer({.tag = tag,
                     .from = answer.from,
                     .message = answer.message,
                     .icmp_type = codec::icmp_type_code(answer.from.family(), answer.message).type,
                     .icmp_code = codec::icmp_type_code(answer.from.family(), answer.message).code,
                     .rtt = answer.rtt,
                     .reply_ttl = answer.reply_ttl,
                     .duplicate = std::ranges::count(answered_, tag) > 0},
                    &events);
    answered_.push_back(tag);
  }

  Task& task_;
  Path path_;
  Instant now_ = start;
  std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>> arrivals_;
  std::vector<ProbeTag> answered_;
};

}  // namespace cw::probe
