#include "ports/probe/scamper/scamper_process.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/text.hpp"

namespace cw::probe {
namespace {

constexpr int moment_milliseconds = 500;
constexpr std::string_view socket_name = "control";
constexpr std::size_t chunk_bytes = std::size_t{64} << 10;

std::unexpected<Error> no_connection() { return fail(ErrorKind::unavailable, "it has closed its control socket"); }

Result<sockaddr_un> address_of(const platform::TemporaryFolder& folder) {
  const auto path = (folder / socket_name).string();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(ErrorKind::unavailable, fmt::format("{} is too long for a socket: set TMPDIR to a shorter one", path));
  std::ranges::copy(path, address.sun_path);
  return address;
}

// "[17:51:44:721] scamper_privsep_init: could not chroot …" without the time of day.
std::string last_words(std::string_view errors) {
  const auto lines = split(trim(errors), '\n');
  auto line = lines.back();
  if (line.starts_with('['))
    if (const auto end = line.find("] "); end != std::string_view::npos) line.remove_prefix(end + 2);
  return printable(line);
}

}  // namespace

Result<ScamperProcess> ScamperProcess::start(const std::string& program, int packets_per_second, Instant now) {
  if (!platform::find_program(program))
    return fail(ErrorKind::not_found,
                fmt::format("{} is not installed: install Debian's package scamper", printable(program)));
  auto folder = std::make_unique<platform::TemporaryFolder>();
  TRY(address_of(*folder));
  auto process = TRY(platform::Subprocess::start(
      {.arguments = {program, "-U", (*folder / socket_name).string(), "-p", std::to_string(packets_per_second)},
       .environment = {},
       .rights = platform::InheritedRights::ours},
      {.time = Duration::max()}, now));
  return ScamperProcess(std::move(folder), std::move(process));
}

Result<bool> ScamperProcess::connect() {
  const auto address = TRY(address_of(*folder_));
  platform::FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return fail(ErrorKind::internal, "no socket is to be had: too many files are open");
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return false;
  socket_ = std::move(socket);
  return true;
}

Result<std::string> ScamperProcess::receive() {
  std::string text;
  std::array<char, chunk_bytes> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv fills it
  for (;;) {
    const auto got = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return text;
    if (got <= 0) return text.empty() ? Result<std::string>(no_connection()) : Result<std::string>(std::move(text));
    text.append(chunk.data(), static_cast<std::size_t>(got));
    // What is more is there the next time.
    if (text.size() >= chunk_bytes) return text;
  }
}

Result<> ScamperProcess::send(std::string_view text) {
  unsent_ += text;
  while (!unsent_.empty()) {
    const auto sent = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) return {};
    if (sent < 0) return no_connection();
    unsent_.erase(0, static_cast<std::size_t>(sent));
  }
  return {};
}

std::string ScamperProcess::reason() {
  const auto outcome = process_.take_outcome();
  if (outcome.end == platform::ProcessEnd::signalled) return fmt::format("it ended with signal {}", outcome.code);
  if (!trim(outcome.errors).empty()) return last_words(outcome.errors);
  return fmt::format("it ended with code {}", outcome.code);
}

std::string ScamperProcess::reason_of_silence(Instant now) {
  pollfd ending{.fd = process_.process_fd(), .events = POLLIN, .revents = 0};
  ::poll(&ending, 1, moment_milliseconds);
  return is_alive(now) ? "it has closed its control socket" : reason();
}

}  // namespace cw::probe
