#include "ports/probe/scamper/scamper_prober.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <limits>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "core/guarded.hpp"
#include "platform/file_descriptor.hpp"
#include "platform/next_hops.hpp"
#include "ports/probe/scamper/scamper_command.hpp"
#include "ports/probe/scamper/scamper_process.hpp"
#include "ports/probe/scamper/scamper_session.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

constexpr auto time_to_listen = 10s;     // from its start to its first answer
constexpr auto between_connects = 20ms;  // until the socket is there
constexpr auto first_pause = 1s;
constexpr Duration longest_pause = 5min;
constexpr auto steady_life = 1min;
constexpr int most_packets_per_second = 10'000;

struct StartMessage {
  MeasurementRequest request;
  Observer observer;
};
struct CancelMessage {
  Uuid id;
};

struct Mail {
  std::vector<std::variant<StartMessage, CancelMessage>> messages;
  std::optional<Error> closed;  // why nothing can be asked for at present
};

int milliseconds_until(Instant deadline, Instant now) {
  if (deadline <= now) return 0;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
  return static_cast<int>(std::min<std::int64_t>(wait, std::numeric_limits<int>::max()));
}

Error cancelled_by_stop() { return {.kind = ErrorKind::cancelled, .message = "the prober stops"}; }

}  // namespace

// Owns the process and the thread that talks to it. The process is started by that thread, as it ends with it.
class ScamperProber::Supervisor {
 public:
  Supervisor(ScamperProberOptions options, const Clock& clock, platform::FileDescriptor wake, platform::NextHops routes)
      : options_(std::move(options)), clock_(clock), wake_(std::move(wake)), routes_(std::move(routes)) {}
  ~Supervisor() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    wake();
    thread_.join();
  }
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Returns when the first process answers, or cannot.
  Result<> launch() {
    auto begun = begun_.get_future();
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    pthread_setname_np(thread_.native_handle(), "cw-scamper");
    return begun.get();
  }

  Result<> start(const MeasurementRequest& request, Observer observer) {
    TRY(validate(request));
    TRY(check_for_scamper(request));
    TRY(check_way(request));
    if (running_.fetch_add(1) >= options_.most_running) {
      running_.fetch_sub(1);
      return fail(ErrorKind::exhausted, "too many measurements run already: wait for one to end");
    }
    auto refused = mail_.with([&](Mail& mail) {
      if (!mail.closed) mail.messages.emplace_back(StartMessage{.request = request, .observer = std::move(observer)});
      return mail.closed;
    });
    if (!refused) {
      wake();
      return {};
    }
    running_.fetch_sub(1);
    return std::unexpected(*std::move(refused));
  }

  void cancel(const Uuid& id) {
    mail_.with([&](Mail& mail) { mail.messages.emplace_back(CancelMessage{id}); });
    wake();
  }

  [[nodiscard]] Counters counters() const {
    return {{"results", results_},
            {"unreadable_results", unreadable_results_},
            {"packets_sent", packets_sent_},
            {"processes_started", processes_started_}};
  }

 private:
  // 20211212 does not only fail without a link layer, it dies of it the second time.
  Result<> check_way(const MeasurementRequest& request) {
    const auto link = routes_.with([&](platform::NextHops& routes) -> std::optional<platform::WayOut::Link> {
      routes.take_news();
      const auto* way = routes.find(request.address);
      return way == nullptr ? std::nullopt : std::optional(way->link);
    });
    if (!link) return fail(ErrorKind::unavailable, "there is no route to " + request.address.to_string());
    if (!needs_link_layer(request) || *link == platform::WayOut::Link::addressed) return {};
    return fail(ErrorKind::unsupported, "scamper sends TCP and multipath probes over Ethernet alone, and the way to " +
                                            request.address.to_string() + " has none: use another prober for it");
  }

  void wake() const {
    const std::uint64_t one = 1;
    // Only full when it is readable anyway.
    [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
  }

  void run(const std::stop_token& stop) {
    close({.kind = ErrorKind::unavailable, .message = "scamper is being started"});
    while (!stop.stop_requested()) {
      read_mail();
      if (const auto worked = work(); !worked) end_process(worked.error());
      if (give_up_) break;
      report();
      wait();
    }
    close(cancelled_by_stop());
    read_mail();
    session_.lost(cancelled_by_stop());
    report();
    process_.reset();
  }

  void read_mail() {
    auto messages = mail_.with([](Mail& mail) { return std::exchange(mail.messages, {}); });
    for (auto& message : messages) {
      if (auto* start = std::get_if<StartMessage>(&message))
        session_.add(std::move(start->request), std::move(start->observer));
      else
        session_.cancel(std::get<CancelMessage>(message).id, clock_.now());
    }
  }

  // One round: start, connect, listen, speak. An error ends the process.
  Result<> work() {
    const auto now = clock_.now();
    if (!process_) {
      if (now < start_at_) return {};
      process_ = TRY(ScamperProcess::start(options_.program, options_.packets_per_second, now));
      started_at_ = now;
      ++processes_started_;
    }
    if (!process_->is_alive(now)) return fail(ErrorKind::unavailable, process_->reason());
    if (!session_.is_attached() && now > started_at_ + time_to_listen)
      return fail(ErrorKind::unavailable, "it does not answer on its control socket");
    if (!process_->is_connected()) {
      if (!TRY(process_->connect())) return {};
      session_.connected();
    }
    const auto heard = process_->receive();
    if (!heard) return fail(ErrorKind::unavailable, process_->reason_of_silence(now));
    TRY(session_.hear(*heard, now));
    TRY(session_.expire(now));
    if (session_.is_attached()) open_for_business();
    return process_->send(session_.take_output(now));
  }

  void open_for_business() {
    if (is_open_) return;
    is_open_ = true;
    mail_.with([](Mail& mail) { mail.closed.reset(); });
    if (!std::exchange(has_begun_, true)) begun_.set_value({});
  }

  void close(Error why) {
    is_open_ = false;
    mail_.with([&](Mail& mail) { mail.closed = std::move(why); });
  }

  // Rule 3 of the header; the first one has to work.
  void end_process(const Error& error) {
    const auto now = clock_.now();
    const bool lived = process_ && now - started_at_ >= steady_life;
    process_.reset();
    if (!has_begun_) {
      give_up_ = true;
      begun_.set_value(first_failure(error));
      return;
    }
    pause_ = lived ? Duration(first_pause) : std::min(pause_ * 2, longest_pause);
    start_at_ = now + pause_;
    const Error told{.kind = ErrorKind::unavailable,
                     .message = fmt::format("scamper: {}; it is started anew in {} s", error.message,
                                            std::chrono::ceil<std::chrono::seconds>(pause_).count())};
    close(told);
    read_mail();
    session_.lost(told);
  }

  static Result<> first_failure(const Error& error) {
    if (error.kind == ErrorKind::not_found) return std::unexpected(error);
    return fail(ErrorKind::unavailable,
                fmt::format("scamper cannot be used ({}): it has to be started as root", error.message));
  }

  void report() {
    unreadable_results_ = session_.unreadable_results();
    packets_sent_ = session_.packets_sent();
    for (auto& finished : session_.take_finished()) {
      running_.fetch_sub(1);
      if (finished.result) ++results_;
      if (finished.observer.on_event)
        for (const auto& event : finished.events) finished.observer.on_event(event);
      finished.observer.on_finished(std::move(finished.result));
    }
  }

  void wait() {
    const auto now = clock_.now();
    std::vector<pollfd> waiting{to_watch(wake_.get(), POLLIN)};
    auto deadline = Instant::max();
    if (process_) {
      for (const int descriptor :
           {process_->process().process_fd(), process_->process().output_fd(), process_->process().errors_fd()})
        waiting.push_back(to_watch(descriptor, POLLIN));
      const auto unsent = process_->has_more_to_send() ? POLLIN | POLLOUT : POLLIN;
      waiting.push_back(to_watch(process_->socket_fd(), static_cast<short>(unsent)));
      deadline = session_.next_deadline().value_or(Instant::max());
      if (!process_->is_connected()) deadline = std::min<Instant>(deadline, now + between_connects);
      if (!session_.is_attached()) deadline = std::min<Instant>(deadline, started_at_ + time_to_listen + 1ms);
    } else {
      deadline = start_at_;
    }
    ::poll(waiting.data(), waiting.size(), deadline == Instant::max() ? -1 : milliseconds_until(deadline, now));
    std::uint64_t woken = 0;
    [[maybe_unused]] const auto got = ::read(wake_.get(), &woken, sizeof woken);
  }

  static pollfd to_watch(int descriptor, short events) { return {.fd = descriptor, .events = events, .revents = 0}; }

  ScamperProberOptions options_;
  const Clock& clock_;
  platform::FileDescriptor wake_;
  Guarded<platform::NextHops> routes_;
  Guarded<Mail> mail_;
  std::atomic<std::size_t> running_{0};
  std::atomic<std::uint64_t> results_{0};
  std::atomic<std::uint64_t> unreadable_results_{0};
  std::atomic<std::uint64_t> packets_sent_{0};
  std::atomic<std::uint64_t> processes_started_{0};

  // Of the thread alone.
  ScamperSession session_;
  std::optional<ScamperProcess> process_;
  Instant started_at_;
  Instant start_at_;
  Duration pause_ = Duration(first_pause) / 2;
  bool is_open_ = false;
  bool has_begun_ = false;
  bool give_up_ = false;
  std::promise<Result<>> begun_;
  std::jthread thread_;  // last: it uses all the others
};

Result<std::unique_ptr<ScamperProber>> ScamperProber::open(const ScamperProberOptions& options, const Clock& clock) {
  if (options.packets_per_second < 1 || options.packets_per_second > most_packets_per_second)
    return fail(ErrorKind::invalid, "scamper sends from 1 to 10000 packets per second");
  platform::FileDescriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake.is_open()) return fail(ErrorKind::internal, "no event is to be had: too many files are open");
  auto routes = TRY(platform::NextHops::open({}));
  auto supervisor = std::make_unique<Supervisor>(options, clock, std::move(wake), std::move(routes));
  TRY(supervisor->launch());
  return std::unique_ptr<ScamperProber>(new ScamperProber(std::move(supervisor)));
}

ScamperProber::ScamperProber(std::unique_ptr<Supervisor> supervisor) : supervisor_(std::move(supervisor)) {}
ScamperProber::~ScamperProber() = default;

std::string_view ScamperProber::name() const { return "scamper"; }

Result<> ScamperProber::start(const MeasurementRequest& request, Observer observer) {
  return supervisor_->start(request, std::move(observer));
}

void ScamperProber::cancel(const Uuid& id) { supervisor_->cancel(id); }

Counters ScamperProber::counters() const { return supervisor_->counters(); }

}  // namespace cw::probe
