#include "platform/http_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <exception>
#include <utility>

#include "platform/http_response_head.hpp"

namespace cw::platform {

namespace asio = boost::asio;

namespace {

// After a refusal the client may still be sending: closing at once would reset the connection and lose the
// answer (RFC 9112, section 9.6). So much is read and thrown away, for so long.
constexpr std::size_t kMostDrainedBytes = std::size_t{8} * 1024 * 1024;
constexpr auto kLinger = std::chrono::seconds(2);

std::chrono::sys_seconds now_in_seconds() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

HttpConnection::HttpConnection(HttpConnectionHost& host, asio::ip::tcp::socket socket)
    : host_(host),
      work_(asio::make_work_guard(host.network)),
      socket_(std::move(socket)),
      deadline_(host.network),
      heartbeat_(host.network),
      reader_({.most_head_bytes = host.options.most_head_bytes, .most_body_bytes = host.options.most_body_bytes}) {}

HttpConnection::~HttpConnection() {
  if (stream_) stream_->abandon();
  host_.on_gone();
}

void HttpConnection::start() {
  boost::system::error_code ignored;
  // Without it a head and a body in two segments wait for each other's acknowledgement.
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  expire_after(host_.options.idle_timeout, &HttpConnection::on_idle_too_long);
  read();
}

void HttpConnection::stop() {
  stopping_ = true;
  if (stream_) return stream_->close();
  if (!busy_) close();
}

void HttpConnection::close() {
  if (stream_) stream_->abandon();
  no_deadline();
  heartbeat_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void HttpConnection::read() {
  if (busy_) return;
  socket_.async_read_some(asio::buffer(buffer_),
                          [self = shared_from_this()](const boost::system::error_code& error, std::size_t count) {
                            if (self->busy_ || error == asio::error::operation_aborted) return;
                            if (error) return self->close();
                            self->on_read({self->buffer_.data(), count});
                          });
}

void HttpConnection::on_read(std::string_view bytes) {
  using State = HttpRequestReader::State;
  const auto state = reader_.feed(bytes);
  if (state != State::idle && !receiving_) {
    receiving_ = true;
    expire_after(host_.options.request_timeout, &HttpConnection::on_request_too_slow);
  }
  switch (state) {
    case State::idle:
    case State::needs_more:
      return read();
    case State::wants_continue:
      return write("HTTP/1.1 100 Continue\r\n\r\n", {}, &HttpConnection::read);
    case State::complete:
      return dispatch();
    case State::failed: {
      const auto& refusal = reader_.refusal();
      return refuse(refusal.status, refusal.type, refusal.detail);
    }
  }
}

// The handler runs on a handler thread; its answer comes back to the network's.
void HttpConnection::dispatch() {
  no_deadline();
  receiving_ = false;
  busy_ = true;
  auto taken = reader_.take();
  keep_alive_ = taken.keep_alive;
  head_only_ = taken.head_only;
  request_id_ = host_.new_request_id();
  taken.request.request_id = request_id_;
  taken.request.local_port = host_.port;
  asio::post(host_.handling, [self = shared_from_this(), request = std::move(taken.request)]() mutable {
    HttpResponse response;
    try {
      response = self->host_.handler(request);
    } catch (const std::exception&) {
      response = refusal_response(500, "internal", "the request could not be answered", request.request_id);
    }
    auto& network = self->host_.network;
    asio::post(network, [self = std::move(self), response = std::move(response)]() mutable {
      self->respond(std::move(response));
    });
  });
}

void HttpConnection::refuse(int status, std::string_view type, std::string_view detail) {
  busy_ = true;
  receiving_ = false;
  keep_alive_ = false;
  head_only_ = false;
  request_id_ = host_.new_request_id();
  respond(refusal_response(status, type, detail, request_id_));
}

void HttpConnection::respond(HttpResponse response) {
  if (stopping_) keep_alive_ = false;
  const bool streams = response.on_stream != nullptr && !head_only_;
  if (response.on_stream) keep_alive_ = false;  // a stream ends with its connection
  const bool has_no_body = response.status == 204 || response.status == 304;
  HttpHeadFacts facts{
      .request_id = request_id_, .keep_alive = keep_alive_, .content_length = {}, .date = now_in_seconds()};
  if (!response.on_stream && !has_no_body) facts.content_length = response.body.size();
  auto head = response_head(response, facts);
  if (head_only_ || has_no_body) response.body.clear();
  if (streams) on_stream_ = std::move(response.on_stream);
  expire_after(host_.options.idle_timeout, &HttpConnection::close);
  write(std::move(head), std::move(response.body),
        streams ? &HttpConnection::begin_stream : &HttpConnection::on_responded);
}

void HttpConnection::on_responded() {
  busy_ = false;
  if (!keep_alive_ || stopping_) return linger();
  expire_after(host_.options.idle_timeout, &HttpConnection::on_idle_too_long);
  on_read({});  // a pipelined request may be there already
}

// Head and body in one gathered write.
void HttpConnection::write(std::string head, std::string body, Done done) {
  writing_head_ = std::move(head);
  writing_body_ = std::move(body);
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(writing_head_), asio::buffer(writing_body_)};
  asio::async_write(socket_, buffers,
                    [self = shared_from_this(), done](const boost::system::error_code& error, std::size_t) {
                      if (error == asio::error::operation_aborted) return;
                      if (error) return self->close();
                      (self.get()->*done)();
                    });
}

void HttpConnection::linger() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  expire_after(kLinger, &HttpConnection::close);
  drain();
}

void HttpConnection::drain() {
  socket_.async_read_some(asio::buffer(buffer_),
                          [self = shared_from_this()](const boost::system::error_code& error, std::size_t count) {
                            self->drained_bytes_ += count;
                            if (error || self->drained_bytes_ > kMostDrainedBytes) return self->close();
                            self->drain();
                          });
}

void HttpConnection::begin_stream() {
  no_deadline();
  auto wake = [weak = weak_from_this(), &network = host_.network] {
    // The work guard of the connection keeps the network's loop alive as long as `weak` can be locked.
    if (auto self = weak.lock()) asio::post(network, [self = std::move(self)] { self->pump(); });
  };
  stream_ = std::make_shared<QueuedEventStream>(host_.options.most_stream_bytes, std::move(wake));
  watch_for_end();
  beat();
  std::exchange(on_stream_, nullptr)(stream_);
  if (stopping_) stream_->close();
  pump();
}

void HttpConnection::pump() {
  if (writing_ || !socket_.is_open()) return;
  auto waiting = stream_->take();
  if (!waiting.text.empty()) return write_stream(std::move(waiting.text));
  if (waiting.last) return stopping_ ? close() : linger();
}

void HttpConnection::write_stream(std::string text) {
  writing_ = true;
  expire_after(host_.options.request_timeout, &HttpConnection::close);  // a reader that has stalled
  write(std::move(text), {}, &HttpConnection::on_pumped);
}

void HttpConnection::on_pumped() {
  writing_ = false;
  no_deadline();
  pump();
}

// A client sends nothing on a stream; its end shows as the end of what can be read.
void HttpConnection::watch_for_end() {
  socket_.async_read_some(asio::buffer(buffer_),
                          [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                            if (error) return self->close();
                            self->watch_for_end();
                          });
}

void HttpConnection::beat() {
  heartbeat_.expires_after(host_.options.heartbeat);
  heartbeat_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (error || !self->socket_.is_open() || !self->stream_->is_open()) return;
    if (!self->writing_) self->write_stream(": heartbeat\n\n");
    self->beat();
  });
}

// A deadline that has fired already cannot be cancelled any more, hence the count.
void HttpConnection::expire_after(std::chrono::milliseconds time, Done expired) {
  deadline_.expires_after(time);
  auto on_expired = [self = shared_from_this(), expired, count = ++deadlines_](const boost::system::error_code& error) {
    if (!error && count == self->deadlines_) (self.get()->*expired)();
  };
  deadline_.async_wait(std::move(on_expired));
}

void HttpConnection::no_deadline() {
  ++deadlines_;
  deadline_.cancel();
}

void HttpConnection::on_idle_too_long() {
  if (!receiving_ && !busy_) close();
}

void HttpConnection::on_request_too_slow() {
  if (!receiving_) return;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
  refuse(408, "request-timeout", "the request took too long to arrive");
}

}  // namespace cw::platform
