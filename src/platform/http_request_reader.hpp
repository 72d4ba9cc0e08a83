#pragma once

// Finds the requests in the bytes of one connection. No socket in here, so that the whole way from foreign
// bytes to an HttpRequest can be tested and fuzzed by itself.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "platform/http_server.hpp"

namespace cw::platform {

struct HttpRequestLimits {
  std::size_t most_head_bytes = std::size_t{16} * 1024;
  std::size_t most_body_bytes = std::size_t{1024} * 1024;
};

// Why a request was not taken: an HTTP status and what it is about.
struct HttpRefusal {
  int status = 400;
  std::string_view type;    // last part of the problem's type: "head-too-large"
  std::string_view detail;  // for people; never the client's own bytes
};

class HttpRequestReader {
 public:
  enum class State : std::uint8_t {
    idle,            // not one byte of a request is there
    needs_more,      // a request has begun
    wants_continue,  // as needs_more, and the client waits for "100 Continue" (RFC 9110, section 10.1.1); said once
    complete,        // `take` has one
    failed,          // `refusal` says why; nothing more can be read
  };

  explicit HttpRequestReader(const HttpRequestLimits& limits);
  ~HttpRequestReader();
  HttpRequestReader(const HttpRequestReader&) = delete;
  HttpRequestReader& operator=(const HttpRequestReader&) = delete;

  // Reads on with these bytes; without any, with what an earlier call left over (a pipelined request). After
  // `complete` the request has to be taken first.
  State feed(std::string_view bytes);

  struct Taken {
    HttpRequest request;  // without request_id and local_port, which are the server's
    bool head_only = false;
    bool keep_alive = false;
  };
  Taken take();

  [[nodiscard]] const HttpRefusal& refusal() const { return refusal_; }

 private:
  struct Head;

  State read_head();
  State parse_head(std::string_view text);
  State take_head();
  State expect_body();
  State read_body();
  State wait_for_body();
  State refuse(int status, std::string_view type, std::string_view detail);

  HttpRequestLimits limits_;
  std::unique_ptr<Head> head_;  // set while its body is read, and until its request is taken
  std::string unread_;
  std::size_t searched_ = 0;  // of unread_, for the end of a head
  Taken taken_;
  HttpRefusal refusal_;
  bool wants_continue_ = false;
};

// "a%20b" as "a b"; nothing where an escape is cut short or not hexadecimal.
Result<std::string> percent_decode(std::string_view text);

}  // namespace cw::platform
