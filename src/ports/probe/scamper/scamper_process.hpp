#pragma once

// One running scamper and the connection to its control socket, which lies in a folder that only we can enter.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"
#include "platform/file_descriptor.hpp"
#include "platform/subprocess.hpp"
#include "platform/temporary_folder.hpp"

namespace cw::probe {

class ScamperProcess {
 public:
  // `not_found`, with the package's name; `unavailable`.
  static Result<ScamperProcess> start(const std::string& program, int packets_per_second, Instant now);

  // Connects once the socket is there; says whether it is.
  Result<bool> connect();
  [[nodiscard]] bool is_connected() const { return socket_.is_open(); }

  // What was said since; empty when nothing was. `unavailable`: the connection has ended.
  Result<std::string> receive();
  // As much as goes out now; the rest is kept.
  Result<> send(std::string_view text);
  [[nodiscard]] bool has_more_to_send() const { return !unsent_.empty(); }

  // False when it has ended; `reason` says how then.
  bool is_alive(Instant now) { return process_.pump(now); }
  // "ended with signal 11", "could not chroot to /var/empty: Operation not permitted"
  std::string reason();
  // Why the connection ended: the process has, in most cases, and says so within a moment that is waited for.
  std::string reason_of_silence(Instant now);

  [[nodiscard]] int socket_fd() const { return socket_.get(); }
  [[nodiscard]] const platform::Subprocess& process() const { return process_; }

 private:
  ScamperProcess(std::unique_ptr<platform::TemporaryFolder> folder, platform::Subprocess process)
      : folder_(std::move(folder)), process_(std::move(process)) {}

  std::unique_ptr<platform::TemporaryFolder> folder_;
  platform::Subprocess process_;  // ends before its folder goes
  platform::FileDescriptor socket_;
  std::string unsent_;
};

}  // namespace cw::probe
