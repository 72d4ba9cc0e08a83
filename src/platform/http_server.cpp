#include "platform/http_server.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <random>
#include <thread>
#include <utility>

#include "core/random.hpp"
#include "core/uuid.hpp"
#include "platform/http_connection.hpp"
#include "platform/http_response_head.hpp"

namespace cw::platform {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

// Waits before accepting again when the process has run out of file descriptors.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

std::uint64_t system_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

Error listen_error(const HttpServerOptions& options, const boost::system::error_code& error) {
  const auto where = fmt::format("port {} of {}", options.port, options.address);
  if (error == asio::error::address_in_use)
    return {ErrorKind::conflict, where + " is taken: choose another port, or end the program that listens there"};
  if (error == asio::error::access_denied)
    return {ErrorKind::unavailable, where + " needs a privilege: choose a port from 1024 on"};
  return {ErrorKind::unavailable, fmt::format("cannot listen on {}: {}", where, error.message())};
}

class AsioHttpServer final : public HttpServer {
 public:
  AsioHttpServer(const HttpServerOptions& options, HttpHandler handler)
      : options_(options),
        handler_(std::move(handler)),
        network_(1),
        acceptor_(network_),
        pause_(network_),
        random_(system_seed()),
        host_{.options = options_,
              .handler = handler_,
              .network = network_,
              .handling = handling_,
              .new_request_id = [this] { return Uuid::make_v7(std::chrono::system_clock::now(), random_).to_string(); },
              .on_gone = [this] { connection_gone(); }} {}

  Result<> listen();

  [[nodiscard]] std::uint16_t port() const override { return host_.port; }
  void run() override;
  void stop() override;

 private:
  void accept();
  void take(tcp::socket socket);
  void turn_away(tcp::socket socket);
  void stop_connections();
  void connection_gone();
  std::size_t count_connections();
  template <class Use>
  void for_each_connection(Use use);

  // The contexts come first: what is left in them is destroyed last.
  const HttpServerOptions options_;
  const HttpHandler handler_;
  asio::io_context network_;
  asio::io_context handling_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;  // between accepts, then until connections are cut at a stop
  Random random_;
  HttpConnectionHost host_;
  std::vector<std::weak_ptr<HttpConnection>> connections_;
  bool stopping_ = false;
};

Result<> AsioHttpServer::listen() {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options_.address, error);
  if (error) return fail(ErrorKind::invalid, fmt::format("\"{}\" is no address to listen on", options_.address));
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return std::unexpected(listen_error(options_, error));
  host_.port = acceptor_.local_endpoint(error).port();
  return {};
}

void AsioHttpServer::run() {
  auto work = asio::make_work_guard(handling_);
  std::vector<std::jthread> threads;
  threads.reserve(options_.handler_threads);
  for (std::size_t i = 0; i < options_.handler_threads; ++i)
    threads.emplace_back([this, i] {
      pthread_setname_np(pthread_self(), fmt::format("http-handler-{}", i).c_str());
      handling_.run();
    });
  accept();
  network_.run();  // until the acceptor and the last connection are gone
  work.reset();
}

void AsioHttpServer::accept() {
  acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
    if (stopping_ || error == asio::error::operation_aborted) return;
    if (!error) {
      take(std::move(socket));
      return accept();
    }
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](const boost::system::error_code& cancelled) {
      if (!cancelled && !stopping_) accept();
    });
  });
}

void AsioHttpServer::take(tcp::socket socket) {
  if (count_connections() >= options_.most_connections) return turn_away(std::move(socket));
  auto connection = std::make_shared<HttpConnection>(host_, std::move(socket));
  connections_.push_back(connection);
  connection->start();
}

// Says so in one small write, which always fits into a fresh connection's buffer.
void AsioHttpServer::turn_away(tcp::socket socket) {
  const auto id = host_.new_request_id();
  auto response = refusal_response(503, "unavailable", "too many connections are open", id);
  response.headers.emplace_back("Retry-After", "5");
  const auto head =
      response_head(response, {.request_id = id,
                               .keep_alive = false,
                               .content_length = response.body.size(),
                               .date = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())});
  boost::system::error_code ignored;
  socket.non_blocking(true, ignored);
  asio::write(socket, asio::buffer(head + response.body), ignored);
}

std::size_t AsioHttpServer::count_connections() {
  std::erase_if(connections_, [](const auto& connection) { return connection.expired(); });
  return connections_.size();
}

template <class Use>
void AsioHttpServer::for_each_connection(Use use) {
  for (const auto& connection : connections_)
    if (const auto held = connection.lock()) use(*held);
}

void AsioHttpServer::stop() {
  asio::post(network_, [this] {
    if (std::exchange(stopping_, true)) return;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    stop_connections();
  });
}

void AsioHttpServer::stop_connections() {
  for_each_connection([](HttpConnection& connection) { connection.stop(); });
  if (count_connections() == 0) return;
  pause_.expires_after(options_.stop_timeout);
  pause_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) for_each_connection([](HttpConnection& connection) { connection.close(); });
  });
}

void AsioHttpServer::connection_gone() {
  if (stopping_ && count_connections() == 0) pause_.cancel();
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::open(const HttpServerOptions& options, HttpHandler handler) {
  auto server = std::make_unique<AsioHttpServer>(options, std::move(handler));
  TRY(server->listen());
  return server;
}

}  // namespace cw::platform
