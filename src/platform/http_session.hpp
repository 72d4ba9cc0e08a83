#pragma once

// Requests to one web service elsewhere: names are resolved, https is verified, the connection is kept between
// requests. Nothing that the service says can make an answer longer or slower than the options allow; redirects and
// proxies are not followed. platform/http_client is the smaller one, for a node on this machine.

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "platform/http_client.hpp"

namespace cw::platform {

struct HttpSessionOptions {
  std::string user;  // empty: no Authorization field
  std::string password;
  std::string ca_file;  // PEM; empty: the system's authorities
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
  std::chrono::milliseconds timeout = std::chrono::seconds(60);  // from the beginning to the last byte
  std::size_t most_reply_bytes = std::size_t{64} * 1024 * 1024;
};

// Used by one thread at a time.
class HttpSession {
 public:
  // `unavailable` when the library under it cannot be started.
  static Result<HttpSession> open(HttpSessionOptions options);

  HttpSession(HttpSession&&) noexcept;
  HttpSession& operator=(HttpSession&&) noexcept;
  ~HttpSession();

  // `invalid` for a URL that is not http or https, or a CA file that cannot be read; `unavailable` when nobody
  // answers in time, the answer is cut short or the certificate is not to be trusted; `exhausted` when the answer is
  // too long. An answer with any status is an answer.
  Result<HttpReply> post(const std::string& url, std::string_view body,
                         const std::map<std::string, std::string, std::less<>>& headers);

 private:
  struct Connection;
  explicit HttpSession(std::unique_ptr<Connection> connection);

  std::unique_ptr<Connection> connection_;
};

}  // namespace cw::platform
