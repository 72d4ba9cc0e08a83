#pragma once

// A raw client for the tests of the server: sends bytes as they are, in the pieces the test wants, and reads
// what comes back. Blocking, with a deadline that only a broken server reaches.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/text.hpp"

namespace cw::platform {

class HttpTestClient {
 public:
  // A small receive buffer makes a reader that is slow for the server soon.
  explicit HttpTestClient(std::uint16_t port, int receive_buffer = 0) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~HttpTestClient() { close(); }
  HttpTestClient(const HttpTestClient&) = delete;
  HttpTestClient& operator=(const HttpTestClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  bool get(std::string_view target, std::string_view more_fields = {}) {
    return send(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", target, more_fields));
  }

  // Everything up to and including `mark`; what is left at the end of the connection when it never comes.
  std::string read_until(std::string_view mark) {
    while (unread_.find(mark) == std::string::npos)
      if (!read_more()) return std::exchange(unread_, {});
    return read(unread_.find(mark) + mark.size());
  }
  std::string read(std::size_t count) {
    while (unread_.size() < count)
      if (!read_more()) return std::exchange(unread_, {});
    auto bytes = unread_.substr(0, count);
    unread_.erase(0, count);
    return bytes;
  }
  std::string read_to_end() {
    while (read_more()) continue;
    return std::exchange(unread_, {});
  }
  // One answer with a Content-Length.
  std::string read_answer() {
    auto head = read_until("\r\n\r\n");
    constexpr std::string_view field = "Content-Length: ";
    const auto at = head.find(field);
    if (at == std::string::npos) return head;
    const auto from = at + field.size();
    const auto length = parse_number<std::size_t>(std::string_view(head).substr(from, head.find('\r', from) - from));
    return length ? head + read(*length) : head;
  }

 private:
  bool read_more() {
    std::array<char, 4096> buffer;
    const auto count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count <= 0) return false;
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }

  int socket_;
  bool connected_ = false;
  std::string unread_;
};

}  // namespace cw::platform
