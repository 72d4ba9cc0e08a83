#include "platform/http_client.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <utility>

#include "core/ip_address.hpp"
#include "core/text.hpp"

namespace cw::platform {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

namespace {

struct HttpUrl {
  std::string host;  // as it goes into the Host field
  tcp::endpoint endpoint;
  std::string target;
};

// "[::1]:8480" as address and port text.
std::pair<std::string_view, std::string_view> split_authority(std::string_view authority) {
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  auto host = authority.substr(0, has_port ? colon : authority.size());
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return {host, has_port ? authority.substr(colon + 1) : "80"};
}

Result<HttpUrl> parse_url(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  const auto wrong = [&] {
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" is no URL of a node: write http://127.0.0.1:PORT/PATH", printable(url)));
  };
  if (!url.starts_with(scheme)) return wrong();
  url.remove_prefix(scheme.size());
  const auto slash = url.find('/');
  const auto authority = url.substr(0, slash);
  const auto [host, port_text] = split_authority(authority);
  const auto port = parse_number<std::uint16_t>(port_text);
  const auto address = IpAddress::parse(host == "localhost" ? "127.0.0.1" : host);
  if (!port || !address) return wrong();
  boost::system::error_code error;
  const auto endpoint = tcp::endpoint(asio::ip::make_address(address->to_string(), error), *port);
  if (error) return wrong();
  auto target = slash == std::string_view::npos ? std::string("/") : std::string(url.substr(slash));
  for (const char c : target)
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f) return wrong();
  return HttpUrl{.host = std::string(authority), .endpoint = endpoint, .target = std::move(target)};
}

// Blocking steps with one deadline over all of them.
class TimedConnection {
 public:
  explicit TimedConnection(std::chrono::milliseconds timeout)
      : deadline_(std::chrono::steady_clock::now() + timeout), socket_(io_) {}

  boost::system::error_code connect(const tcp::endpoint& endpoint) {
    socket_.async_connect(endpoint, [this](const boost::system::error_code& error) { outcome_ = error; });
    return wait();
  }
  boost::system::error_code write(std::string_view text) {
    asio::async_write(socket_, asio::buffer(text),
                      [this](const boost::system::error_code& error, std::size_t) { outcome_ = error; });
    return wait();
  }
  boost::system::error_code read(std::string_view& bytes) {
    std::size_t count = 0;
    socket_.async_read_some(asio::buffer(buffer_), [&](const boost::system::error_code& error, std::size_t read) {
      outcome_ = error;
      count = read;
    });
    const auto error = wait();
    bytes = {buffer_.data(), count};
    return error;
  }

 private:
  boost::system::error_code wait() {
    outcome_.reset();
    io_.restart();
    io_.run_until(deadline_);
    if (outcome_) return *outcome_;
    boost::system::error_code ignored;
    socket_.close(ignored);
    io_.restart();
    io_.run();  // lets the cancelled step end before its buffer goes
    return asio::error::timed_out;
  }

  std::chrono::steady_clock::time_point deadline_;
  asio::io_context io_{1};
  tcp::socket socket_;
  std::optional<boost::system::error_code> outcome_;
  std::array<char, std::size_t{16} * 1024> buffer_{};
};

std::string request_text(std::string_view method, const HttpUrl& url, std::string_view body,
                         const std::map<std::string, std::string, std::less<>>& headers) {
  auto text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: application/json\r\n", method,
                          url.target, url.host);
  for (const auto& [name, value] : headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!body.empty()) text += "Content-Type: application/json\r\n";
  if (!body.empty() || method == "POST") text += fmt::format("Content-Length: {}\r\n", body.size());
  return text.append("\r\n").append(body);
}

using Parser = http::response_parser<http::string_body>;

HttpReply reply_of(Parser& parser) {
  auto& message = parser.get();
  HttpReply reply{.status = static_cast<int>(message.result_int()), .headers = {}, .body = std::move(message.body())};
  for (const auto& field : message) {
    std::string name(field.name_string());
    for (char& c : name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    reply.headers.insert_or_assign(std::move(name), std::string(field.value()));
  }
  return reply;
}

Error no_answer(std::string_view url, const boost::system::error_code& error) {
  return {ErrorKind::unavailable, fmt::format("no answer from {}: {}", printable(url), error.message())};
}

Result<HttpReply> read_reply(TimedConnection& connection, std::string_view url) {
  Parser parser;
  parser.eager(true);
  parser.body_limit(kMostReplyBytes);
  std::string unread;
  while (!parser.is_done()) {
    std::string_view bytes;
    boost::system::error_code error = connection.read(bytes);
    if (error == asio::error::eof) {
      parser.put_eof(error);
      if (error || !parser.is_done()) return fail(ErrorKind::unavailable, "the answer from the node was cut short");
      break;
    }
    if (error) return std::unexpected(no_answer(url, error));
    unread.append(bytes);
    while (!parser.is_done() && !unread.empty()) {
      const auto used = parser.put(asio::buffer(unread), error);
      unread.erase(0, used);
      if (error == http::error::body_limit) return fail(ErrorKind::exhausted, "the answer from the node is too long");
      if (error && error != http::error::need_more)
        return fail(ErrorKind::unavailable, fmt::format("what answers at {} does not speak HTTP", printable(url)));
      if (error || used == 0) break;
    }
  }
  return reply_of(parser);
}

}  // namespace

Result<HttpReply> http_request(std::string_view method, std::string_view url, std::string_view body,
                               std::chrono::milliseconds timeout,
                               const std::map<std::string, std::string, std::less<>>& headers) {
  const auto parsed = TRY(parse_url(url));
  TimedConnection connection(timeout);
  if (const auto error = connection.connect(parsed.endpoint)) return std::unexpected(no_answer(url, error));
  if (const auto error = connection.write(request_text(method, parsed, body, headers)))
    return std::unexpected(no_answer(url, error));
  return read_reply(connection, url);
}

}  // namespace cw::platform
