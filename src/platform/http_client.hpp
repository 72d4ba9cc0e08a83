#pragma once

// A small blocking HTTP client for talking to a node on this machine: the command line's way to a running
// `serve`. One request, one connection, no redirects, no TLS, no proxies.

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cw::platform {

struct HttpReply {
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case
  std::string body;
};

inline constexpr std::size_t kMostReplyBytes = std::size_t{16} * 1024 * 1024;

// `url` is http://HOST[:PORT]/PATH, HOST an IP address or "localhost". A body goes as application/json.
// `invalid` for another URL, `unavailable` when nobody answers in time, `exhausted` when the answer is too long.
// `headers` are further fields, such as If-Match.
Result<HttpReply> http_request(std::string_view method, std::string_view url, std::string_view body,
                               std::chrono::milliseconds timeout,
                               const std::map<std::string, std::string, std::less<>>& headers = {});

}  // namespace cw::platform
