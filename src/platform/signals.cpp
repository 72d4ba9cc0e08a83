#include "platform/signals.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <limits>

#include <fmt/format.h>

namespace cw::platform {

Result<Signals> Signals::open() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread is started
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t wanted;
  sigemptyset(&wanted);
  sigaddset(&wanted, SIGINT);
  sigaddset(&wanted, SIGTERM);
  if (const int error = pthread_sigmask(SIG_BLOCK, &wanted, nullptr); error != 0)
    return fail(ErrorKind::internal, fmt::format("cannot block signals: {}", ::strerrordesc_np(error)));
  const int descriptor = ::signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
  if (descriptor < 0)
    return fail(ErrorKind::internal, fmt::format("cannot wait for signals: {}", ::strerrordesc_np(errno)));
  return Signals(descriptor);
}

Signals::~Signals() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::optional<StopSignal> Signals::wait(Duration longest) const {
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(std::max(longest, Duration{})).count();
  const auto timeout = static_cast<int>(std::min<std::int64_t>(milliseconds, std::numeric_limits<int>::max()));
  pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
  if (::poll(&waiting, 1, timeout) <= 0) return std::nullopt;
  signalfd_siginfo info{};
  if (::read(descriptor_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return std::nullopt;
  return info.ssi_signo == SIGINT ? StopSignal::interrupt : StopSignal::terminate;
}

}  // namespace cw::platform
