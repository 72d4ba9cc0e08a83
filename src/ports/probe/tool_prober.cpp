#include "ports/probe/tool_prober.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <deque>
#include <limits>
#include <list>
#include <stop_token>
#include <thread>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "core/guarded.hpp"
#include "platform/file_descriptor.hpp"
#include "ports/probe/tool_record.hpp"
#include "ports/probe/tool_run.hpp"

namespace cw::probe {
namespace {

struct StartMessage {
  MeasurementRequest request;
  Observer observer;
};
struct CancelMessage {
  Uuid id;
};
using Message = std::variant<StartMessage, CancelMessage>;

struct Mail {
  std::vector<Message> messages;
  bool closed = false;  // nobody will read what is sent from now on
};

struct RunCounters {
  std::atomic<std::uint64_t> started{0};
  std::atomic<std::uint64_t> finished{0};
  std::atomic<std::uint64_t> cancelled{0};
  std::atomic<std::uint64_t> failed{0};
  std::atomic<std::uint64_t> out_of_time{0};
  std::atomic<std::uint64_t> too_much_output{0};
  std::atomic<std::uint64_t> nonsense{0};
  std::atomic<std::uint64_t> missing{0};

  void count(RunEnd end) {
    switch (end) {
      case RunEnd::finished:
        ++finished;
        return;
      case RunEnd::failed:
        ++failed;
        return;
      case RunEnd::out_of_time:
        ++out_of_time;
        return;
      case RunEnd::too_much_output:
        ++too_much_output;
        return;
      case RunEnd::nonsense:
        ++nonsense;
        return;
    }
  }
};

int milliseconds_until(Instant deadline, Instant now) {
  if (deadline <= now) return 0;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
  return static_cast<int>(std::min<std::int64_t>(wait, std::numeric_limits<int>::max()));
}

pollfd to_read(int descriptor) { return {.fd = descriptor, .events = POLLIN, .revents = 0}; }

}  // namespace

// Owns the processes and the thread that waits for them. Programs are started by that thread, as they end with
// the one that started them.
class ToolProber::Supervisor {
 public:
  Supervisor(Tool tool, const ToolProberOptions& options, const Clock& clock, platform::FileDescriptor wake)
      : tool_(std::move(tool)), options_(options), clock_(clock), wake_(std::move(wake)) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    pthread_setname_np(thread_.native_handle(), fmt::format("cw-{}", tool_.name).substr(0, 15).c_str());
  }
  ~Supervisor() {
    thread_.request_stop();
    wake();
    thread_.join();
  }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  [[nodiscard]] const Tool& tool() const { return tool_; }

  Result<> start(const MeasurementRequest& request, Observer observer) {
    TRY(validate(request));
    TRY(tool_.check(request));
    if (running_.fetch_add(1) >= options_.most_running) {
      running_.fetch_sub(1);
      return fail(ErrorKind::exhausted, "too many measurements run already: wait for one to end");
    }
    if (post(StartMessage{.request = request, .observer = std::move(observer)})) return {};
    running_.fetch_sub(1);
    return fail(ErrorKind::unavailable, "the prober stops");
  }
  void cancel(const Uuid& id) { post(CancelMessage{id}); }

  [[nodiscard]] Counters counters() const {
    return {{"runs_started", counters_.started},         {"runs_finished", counters_.finished},
            {"runs_cancelled", counters_.cancelled},     {"runs_failed", counters_.failed},
            {"runs_out_of_time", counters_.out_of_time}, {"runs_too_much_output", counters_.too_much_output},
            {"runs_nonsense", counters_.nonsense},       {"runs_missing", counters_.missing}};
  }

 private:
  struct Run {
    StartMessage asked;
    platform::Subprocess process;
    Instant started_at;
  };

  bool post(Message message) {
    const bool open = mail_.with([&](Mail& mail) {
      if (!mail.closed) mail.messages.push_back(std::move(message));
      return !mail.closed;
    });
    if (open) wake();
    return open;
  }
  void wake() const {
    const std::uint64_t one = 1;
    // Only full when it is readable anyway.
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      read_mail();
      start_waiting();
      wait();
      collect();
    }
    mail_.with([](Mail& mail) { mail.closed = true; });
    read_mail();
    end_all();
  }

  void read_mail() {
    auto messages = mail_.with([](Mail& mail) { return std::exchange(mail.messages, {}); });
    for (auto& message : messages) {
      if (auto* start = std::get_if<StartMessage>(&message))
        waiting_.push_back(std::move(*start));
      else
        end_cancelled(std::get<CancelMessage>(message).id);
    }
  }

  void start_waiting() {
    while (!waiting_.empty() && runs_.size() < options_.most_processes) {
      auto asked = std::move(waiting_.front());
      waiting_.pop_front();
      const auto now = clock_.now();
      auto process =
          platform::Subprocess::start(command_of(tool_, asked.request), limits_of(tool_, asked.request), now);
      if (process) {
        ++counters_.started;
        runs_.push_back(Run{.asked = std::move(asked), .process = std::move(*process), .started_at = now});
        continue;
      }
      ++(process.error().kind == ErrorKind::not_found ? counters_.missing : counters_.failed);
      finish(asked, std::unexpected(std::move(process).error()));
    }
  }

  void wait() {
    std::vector<pollfd> waiting{to_read(wake_.get())};
    auto deadline = Instant::max();
    for (const auto& run : runs_) {
      for (const int descriptor : {run.process.output_fd(), run.process.errors_fd(), run.process.process_fd()})
        waiting.push_back(to_read(descriptor));
      deadline = std::min(deadline, run.process.deadline());
    }
    const int timeout = deadline == Instant::max() ? -1 : milliseconds_until(deadline, clock_.now());
    ::poll(waiting.data(), waiting.size(), timeout);
    std::uint64_t woken = 0;
    [[maybe_unused]] const auto got = ::read(wake_.get(), &woken, sizeof woken);
  }

  void collect() {
    for (auto run = runs_.begin(); run != runs_.end();) {
      const auto now = clock_.now();
      if (run->process.pump(now)) {
        ++run;
        continue;
      }
      auto ended = std::move(*run);
      run = runs_.erase(run);
      report(ended, now);
    }
  }

  void report(Run& run, Instant now) {
    const auto outcome = run.process.take_outcome();
    auto result = read_run(tool_, {.request = run.asked.request,
                                   .outcome = outcome,
                                   .started_at = run.started_at,
                                   .finished_at = std::max(now, run.started_at + Duration(1))});
    counters_.count(result.end);
    if (result.measurement && run.asked.observer.on_event)
      for (const auto& event : events_of(*result.measurement)) run.asked.observer.on_event(event);
    finish(run.asked, std::move(result.measurement));
  }

  void finish(StartMessage& asked, Result<Measurement> result) {
    running_.fetch_sub(1);
    asked.observer.on_finished(std::move(result));
  }
  void finish_cancelled(StartMessage& asked, std::string_view why) {
    ++counters_.cancelled;
    finish(asked, fail(ErrorKind::cancelled, std::string(why)));
  }

  void end_cancelled(const Uuid& id) {
    constexpr std::string_view why = "the measurement was cancelled";
    for (auto run = runs_.begin(); run != runs_.end();) {
      if (run->asked.request.id != id) {
        ++run;
        continue;
      }
      auto ended = std::move(*run);
      run = runs_.erase(run);
      ended.process.kill();
      finish_cancelled(ended.asked, why);
    }
    for (auto asked = waiting_.begin(); asked != waiting_.end();) {
      if (asked->request.id != id) {
        ++asked;
        continue;
      }
      auto ended = std::move(*asked);
      asked = waiting_.erase(asked);
      finish_cancelled(ended, why);
    }
  }

  void end_all() {
    constexpr std::string_view why = "the prober stops";
    for (auto& run : runs_) run.process.kill();
    for (auto& run : std::exchange(runs_, {})) finish_cancelled(run.asked, why);
    for (auto& asked : std::exchange(waiting_, {})) finish_cancelled(asked, why);
  }

  const Tool tool_;
  const ToolProberOptions options_;
  const Clock& clock_;
  const platform::FileDescriptor wake_;
  std::atomic<std::size_t> running_{0};
  RunCounters counters_;
  Guarded<Mail> mail_;
  // Of the thread alone.
  std::deque<StartMessage> waiting_;
  std::list<Run> runs_;
  std::jthread thread_;
};

ToolProber::ToolProber(std::unique_ptr<Supervisor> supervisor) : supervisor_(std::move(supervisor)) {}
ToolProber::~ToolProber() = default;

Result<std::unique_ptr<ToolProber>> ToolProber::open(const Tool& tool, const ToolProberOptions& options,
                                                     const Clock& clock) {
  if (!platform::find_program(tool.program))
    return fail(ErrorKind::not_found, fmt::format("{} is not installed: `apt install {}`, or take another prober",
                                                  tool.program, tool.package));
  if (auto version = version_of(tool, clock); !version) return std::unexpected(std::move(version).error());
  platform::FileDescriptor wake(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wake.is_open())
    return fail(ErrorKind::internal, fmt::format("cannot wait for {}: {}", tool.name, ::strerrordesc_np(errno)));
  return std::unique_ptr<ToolProber>(
      new ToolProber(std::make_unique<Supervisor>(tool, options, clock, std::move(wake))));
}

std::string_view ToolProber::name() const { return supervisor_->tool().name; }

Result<> ToolProber::start(const MeasurementRequest& request, Observer observer) {
  return supervisor_->start(request, std::move(observer));
}

void ToolProber::cancel(const Uuid& id) { supervisor_->cancel(id); }

Counters ToolProber::counters() const { return supervisor_->counters(); }

}  // namespace cw::probe
