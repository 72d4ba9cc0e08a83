#include "ports/probe/native/native_prober.hpp"

#include <pthread.h>

#include <utility>

namespace cw::probe {
namespace {

// An idle engine sleeps until it is woken.
constexpr Duration idle_time = std::chrono::hours(1);

}  // namespace

NativeProber::NativeProber(std::unique_ptr<platform::Wire> wire, const NativeProberOptions& options)
    : wire_(std::move(wire)),
      traits_(wire_->traits()),
      most_running_(options.most_running),
      engine_(*wire_, {.packets_per_second = options.packets_per_second,
                       .seed = options.seed,
                       .order = options.order,
                       .identity_text = options.identity_text}) {}

NativeProber::~NativeProber() {
  if (thread_.joinable()) {
    thread_.request_stop();
    wire_->wake();
    thread_.join();
  }
  break_down({.kind = ErrorKind::cancelled, .message = "the prober stops"});
}

Result<> NativeProber::check(const MeasurementRequest& request) const {
  TRY(validate(request));
  if (is_tcp(request.method) && !traits_.sends_tcp)
    return fail(ErrorKind::unsupported,
                "TCP probes need raw sockets: run `setcap cap_net_raw+ep` on the binary, or use --method icmp");
  if (request.method == Method::udp && !traits_.sends_udp)
    return fail(ErrorKind::unsupported,
                "UDP probes need raw sockets: run `setcap cap_net_raw+ep` on the binary, or use --method icmp");
  const bool is_v4 = request.address.is_v4();
  if (is_v4 ? !traits_.has_v4 : !traits_.has_v6)
    return fail(ErrorKind::unsupported, is_v4 ? "this machine has no IPv4" : "this machine has no IPv6");
  return breakdown_.with([](const std::optional<Error>& error) -> Result<> {
    if (error) return std::unexpected(*error);
    return {};
  });
}

// Keeps count of what runs, so that the bound holds from the call of `start` on.
Observer NativeProber::counted(Observer observer) {
  return {.on_event = std::move(observer.on_event),
          .on_finished = [this, finished = std::move(observer.on_finished)](Result<Measurement> result) {
            running_.fetch_sub(1);
            if (result) result->prober = name();
            finished(std::move(result));
          }};
}

Result<> NativeProber::start(const MeasurementRequest& request, Observer observer) {
  TRY(check(request));
  if (running_.fetch_add(1) >= most_running_) {
    running_.fetch_sub(1);
    return fail(ErrorKind::exhausted, "too many measurements run already: wait for one to end");
  }
  post(StartMessage{.request = request, .observer = counted(std::move(observer))});
  return {};
}

void NativeProber::cancel(const Uuid& id) { post(CancelMessage{id}); }

void NativeProber::post(Message message) {
  const bool first = mail_.with([&](std::vector<Message>& mail) {
    mail.push_back(std::move(message));
    return mail.size() == 1;
  });
  if (first) wire_->wake();
}

void NativeProber::read_mail() {
  auto mail = mail_.with([](std::vector<Message>& waiting) { return std::exchange(waiting, {}); });
  for (auto& message : mail) {
    if (auto* start = std::get_if<StartMessage>(&message))
      engine_.start(std::move(start->request), std::move(start->observer));
    else
      engine_.cancel(std::get<CancelMessage>(message).id);
  }
}

void NativeProber::break_down(const Error& error) {
  breakdown_.with([&](std::optional<Error>& breakdown) { breakdown = error; });
  read_mail();
  engine_.end_all(error);
}

Result<> NativeProber::turn(Instant latest) {
  read_mail();
  auto turned = engine_.turn(latest);
  if (!turned) break_down(turned.error());
  return turned;
}

bool NativeProber::run_until_idle(Instant latest) {
  read_mail();
  while (!engine_.is_idle() && wire_->now() < latest)
    if (!turn(latest)) return true;
  return engine_.is_idle();
}

void NativeProber::launch() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  pthread_setname_np(thread_.native_handle(), "cw-prober");
}

void NativeProber::run(const std::stop_token& stop) {
  while (!stop.stop_requested())
    if (!turn(wire_->now() + idle_time)) return;
}

}  // namespace cw::probe
