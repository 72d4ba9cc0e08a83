#pragma once

// The head of an answer as it goes over the connection, and the answers that the server gives by itself.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platform/http_server.hpp"

namespace cw::platform {

struct HttpHeadFacts {
  std::string_view request_id;
  bool keep_alive = true;
  std::optional<std::size_t> content_length;  // nothing: the body ends with the connection
  std::chrono::sys_seconds date;
};

// Characters that would end a header field early are dropped.
std::string response_head(const HttpResponse& response, const HttpHeadFacts& facts);

// problem+json (RFC 9457). `type` is the last part of the problem's type, `detail` plain words without quotes.
HttpResponse refusal_response(int status, std::string_view type, std::string_view detail, std::string_view request_id);

std::string_view reason_phrase(int status);

}  // namespace cw::platform
