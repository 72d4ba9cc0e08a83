#pragma once

// One client's connection: reads requests, hands them over, writes answers, and carries an event stream. Lives
// on the server's own thread, by callbacks; kept alive by whichever operation is under way.

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "platform/http_event_stream.hpp"
#include "platform/http_request_reader.hpp"
#include "platform/http_server.hpp"

namespace cw::platform {

// What connections share; outlives them all.
struct HttpConnectionHost {
  const HttpServerOptions& options;
  const HttpHandler& handler;
  boost::asio::io_context& network;   // sockets and timers, one thread
  boost::asio::io_context& handling;  // handlers, several threads
  std::function<std::string()> new_request_id;
  std::function<void()> on_gone;  // a connection was destroyed
  std::uint16_t port = 0;
};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpConnectionHost& host, boost::asio::ip::tcp::socket socket);
  ~HttpConnection();
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  void start();
  // An idle connection ends now, an answer or a stream under way ends first.
  void stop();
  // Ends now, whatever is under way.
  void close();

 private:
  using Done = void (HttpConnection::*)();

  // Requests.
  void read();
  void on_read(std::string_view bytes);
  void dispatch();
  void refuse(int status, std::string_view type, std::string_view detail);
  // Answers.
  void respond(HttpResponse response);
  void on_responded();
  void write(std::string head, std::string body, Done done);
  void linger();
  void drain();
  // Event streams.
  void begin_stream();
  void pump();
  void on_pumped();
  void write_stream(std::string text);
  void watch_for_end();
  void beat();
  // Deadlines.
  void expire_after(std::chrono::milliseconds time, Done expired);
  void no_deadline();
  void on_idle_too_long();
  void on_request_too_slow();

  HttpConnectionHost& host_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer deadline_;
  boost::asio::steady_timer heartbeat_;
  HttpRequestReader reader_;
  std::array<char, std::size_t{16} * 1024> buffer_;
  std::string writing_head_;
  std::string writing_body_;
  std::string request_id_;
  std::function<void(std::shared_ptr<EventStream>)> on_stream_;
  std::shared_ptr<QueuedEventStream> stream_;
  std::size_t drained_bytes_ = 0;
  std::uint64_t deadlines_ = 0;
  bool head_only_ = false;
  bool keep_alive_ = false;
  bool receiving_ = false;  // a request has begun
  bool busy_ = false;       // a handler or an answer is under way
  bool writing_ = false;    // of a stream
  bool stopping_ = false;
};

}  // namespace cw::platform
