#include "lab/tun_front.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>

namespace cw::lab {
namespace {

// Replies that are due do not wait for more than this to be read.
constexpr int most_packets_read_at_once = 64;

Instant wall_clock() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

timespec as_timespec(Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return {.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
}

}  // namespace

Result<std::unique_ptr<TunFront>> TunFront::start(TunDevice device, std::unique_ptr<SimulatedInternet> internet) {
  const int stop_descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (stop_descriptor < 0) {
    return fail(ErrorKind::internal,
                fmt::format("cannot make an event descriptor: {}", std::generic_category().message(errno)));
  }
  return std::unique_ptr<TunFront>(new TunFront(std::move(device), std::move(internet), stop_descriptor));
}

TunFront::TunFront(TunDevice device, std::unique_ptr<SimulatedInternet> internet, int stop_descriptor)
    : device_(std::move(device)),
      internet_(std::move(internet)),
      stop_descriptor_(stop_descriptor),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

TunFront::~TunFront() {
  thread_.request_stop();
  const std::uint64_t one = 1;
  static_cast<void>(!::write(stop_descriptor_, &one, sizeof one));
  thread_.join();
  ::close(stop_descriptor_);
}

void TunFront::run(const std::stop_token& stop) {
  ::pthread_setname_np(::pthread_self(), "lab");
  // Timers of this thread are exact instead of 50 us late (prctl(2)).
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  while (!stop.stop_requested()) {
    write_due();
    if (!more_to_read_) wait();
    read_batch();
  }
}

void TunFront::read_batch() {
  std::array<std::uint8_t, most_packet_bytes> buffer{};
  more_to_read_ = true;
  for (int i = 0; i < most_packets_read_at_once; ++i) {
    const auto size = ::read(device_.descriptor(), buffer.data(), buffer.size());
    if (size <= 0) {
      more_to_read_ = false;
      return;
    }
    counters_.packets_read.fetch_add(1, std::memory_order_relaxed);
    internet_->send(codec::Bytes(buffer).first(static_cast<std::size_t>(size)), wall_clock());
  }
}

void TunFront::write_due() {
  Instant at;
  const auto present = wall_clock();
  while (internet_->take_arrival(present, packet_, at)) {
    if (::write(device_.descriptor(), packet_.data(), packet_.size()) < 0) {
      counters_.replies_refused.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    counters_.replies_written.fetch_add(1, std::memory_order_relaxed);
    const auto late = (present - at).count();
    if (late > counters_.worst_lateness_ns.load(std::memory_order_relaxed))
      counters_.worst_lateness_ns.store(late, std::memory_order_relaxed);
  }
}

void TunFront::wait() const {
  std::array<pollfd, 2> descriptors{pollfd{.fd = device_.descriptor(), .events = POLLIN, .revents = 0},
                                    pollfd{.fd = stop_descriptor_, .events = POLLIN, .revents = 0}};
  const auto next = internet_->next_arrival();
  if (!next) {
    ::ppoll(descriptors.data(), descriptors.size(), nullptr, nullptr);
    return;
  }
  const auto longest = as_timespec(std::max(Duration{}, *next - wall_clock()));
  ::ppoll(descriptors.data(), descriptors.size(), &longest, nullptr);
}

}  // namespace cw::lab
