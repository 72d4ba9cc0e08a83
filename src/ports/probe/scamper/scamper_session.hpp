#pragma once

// The measurements of one scamper, from request to result, in terms of what is said on its control socket. No sockets
// and no threads: messages in, text to send and finished measurements out.
//
// 1. One measurement a destination at a time. scamper itself holds a second one back, so nothing is lost by it, and
//    20211212 dies when one that it holds back is halted (seen).
// 2. A command goes out after a MORE, and uses it up unless it is refused. Answers to commands come in their order;
//    results come at any time.
// 3. Whose a result is says its number, or where the version gives none, the user id in it.
// 4. What is cancelled is told so at once; its destination is free when scamper has let it go.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "ports/probe/prober.hpp"
#include "ports/probe/scamper/scamper_control.hpp"

namespace cw::probe {

struct FinishedMeasurement {
  Observer observer;
  std::vector<ProbeEvent> events;  // to tell before the result
  Result<Measurement> result;
};

class ScamperSession {
 public:
  // The request has been checked.
  void add(MeasurementRequest request, Observer observer);
  void cancel(const Uuid& id, Instant now);

  // A new scamper listens.
  void connected();
  // `invalid`: it does not speak the protocol; the connection is of no use.
  Result<> hear(std::string_view bytes, Instant now);
  // Everything that was to be measured is lost for this reason.
  void lost(const Error& error);
  // Gives up what took longer than it can take. `internal`: scamper does not even let go of what was halted.
  Result<> expire(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  // What is to be sent now. Measurements that go out with it are timed from here.
  std::string take_output(Instant now);
  std::vector<FinishedMeasurement> take_finished() { return std::exchange(finished_, {}); }

  [[nodiscard]] bool is_attached() const { return attached_; }
  [[nodiscard]] std::uint64_t unreadable_results() const { return unreadable_results_; }
  [[nodiscard]] std::uint64_t packets_sent() const { return packets_sent_; }

 private:
  struct Task {
    MeasurementRequest request;
    std::optional<Observer> observer;  // nothing: told already, only the destination is still taken
    std::uint32_t user_id = 0;
    std::optional<std::uint32_t> control_id;  // scamper's number for it
    bool is_halting = false;
    Instant deadline = Instant::max();
  };
  using Tasks = std::list<Task>;
  struct Halt {};
  // What the next answer is about: the attach, a task by its user id, a halt.
  struct Attach {};
  using Question = std::variant<Attach, std::uint32_t, Halt>;

  void answer(const ControlMessage& message, Instant now);
  void on_accepted(std::uint32_t id, Instant now);
  void on_refused(const std::string& reason);
  void on_data(const ControlData& data, Instant now);
  void send_next(Instant now);
  void halt(Task& task, Instant now);
  void finish(Tasks::iterator task, Result<Measurement> result, std::vector<ProbeEvent> events = {});
  void tell(Task& task, Result<Measurement> result, std::vector<ProbeEvent> events = {});
  [[nodiscard]] Tasks::iterator sent_task(std::uint32_t user_id);

  Tasks waiting_;
  Tasks sent_;
  std::set<IpAddress> taken_;
  std::deque<Question> questions_;
  ControlParser parser_;
  std::string output_;
  std::vector<FinishedMeasurement> finished_;
  std::uint32_t last_user_id_ = 0;
  std::uint64_t unreadable_results_ = 0;
  std::uint64_t packets_sent_ = 0;
  bool attached_ = false;
  bool may_send_ = false;
};

}  // namespace cw::probe
