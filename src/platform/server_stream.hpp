#pragma once

// A connection to a server by TCP, in the clear or by TLS, that never waits beyond an instant. For protocols of
// question and answer; one thread at a time.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/time.hpp"

namespace cw::platform {

// Files in PEM. The server must always prove that it is who the address says.
struct TlsFiles {
  std::string ca;           // whom to trust; empty: whom the system trusts
  std::string certificate;  // our own, where the server wants one, with its key
  std::string key;
};

struct ServerAddress {
  std::string host;  // a name or an address
  std::uint16_t port = 0;
  std::optional<TlsFiles> tls;  // nothing: in the clear
};

// Waiting is measured on the clock that nobody sets.
using Deadline = std::chrono::steady_clock::time_point;

class ServerStream {
 public:
  // Every failure is `unavailable` and names the server. A host name is resolved as long as the machine's resolver
  // takes.
  static Result<ServerStream> open(const ServerAddress& address, Deadline until);

  ServerStream(ServerStream&&) noexcept;
  ServerStream& operator=(ServerStream&&) noexcept;
  ~ServerStream();

  Result<> write(std::string_view bytes, Deadline until);
  // At least one byte.
  Result<std::size_t> read(std::span<char> into, Deadline until);
  // Whether the server has neither closed the connection nor said anything that was not asked for.
  bool is_quiet();

 private:
  class Tls;
  class Socket;
  explicit ServerStream(std::unique_ptr<Socket> socket);

  std::unique_ptr<Socket> socket_;
  std::unique_ptr<Tls> tls_;  // nothing: in the clear
};

}  // namespace cw::platform
