#pragma once

// The HTTP/1.1 server, in plain structs: a handler never sees the library below. One thread serves all
// connections and a few more run the handlers, so that a handler that waits for the disk or for a name holds up
// neither the event streams nor the other connections. Limits of head, body, idle time and connections are
// stated in HttpServerOptions; what is over them is answered with problem+json.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace cw::platform {

struct HttpRequest {
  std::string method;  // "GET"; a HEAD comes as GET, and its answer goes without the body
  std::string path;    // decoded, without the query: "/api/v1/targets"
  std::map<std::string, std::string, std::less<>> query;    // decoded
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case
  std::string body;
  std::string request_id;        // given by the server to every request; also in the answer's X-Request-Id
  std::uint16_t local_port = 0;  // the port it came to
};

// Sends events to one client. Kept by whoever produces them; thread-safe; never blocks. The client's queue
// is bounded: one who reads too slowly is cut off, and resumes with Last-Event-ID.
class EventStream {
 public:
  virtual ~EventStream() = default;
  virtual void send(std::string_view id, std::string_view event, std::string_view data) = 0;
  virtual void close() = 0;  // after what was sent
  [[nodiscard]] virtual bool is_open() const = 0;
};

struct HttpResponse {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  // Set for text/event-stream: called with the stream after the head was sent, from the server's own thread.
  std::function<void(std::shared_ptr<EventStream>)> on_stream;
};

// Called from several threads at once.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free port
  std::size_t handler_threads = 4;
  std::size_t most_head_bytes = std::size_t{16} * 1024;
  std::size_t most_body_bytes = std::size_t{1024} * 1024;
  std::size_t most_connections = 512;
  std::size_t most_stream_bytes = std::size_t{256} * 1024;               // waiting for one slow reader
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(60);     // between requests; writing an answer
  std::chrono::milliseconds request_timeout = std::chrono::seconds(15);  // from a request's first byte to its last
  std::chrono::milliseconds heartbeat = std::chrono::seconds(10);
  std::chrono::milliseconds stop_timeout = std::chrono::seconds(2);  // for answers under way when it stops
};

class HttpServer {
 public:
  // Listens at once. `conflict` when the port is taken, `unavailable` when the address is not ours.
  static Result<std::unique_ptr<HttpServer>> open(const HttpServerOptions& options, HttpHandler handler);

  virtual ~HttpServer() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  // Serves until `stop`, which may be called from any thread. Once.
  virtual void run() = 0;
  virtual void stop() = 0;
};

}  // namespace cw::platform
