#include "platform/http_request_reader.hpp"

#include <algorithm>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cassert>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "platform/http_chunked_body.hpp"

namespace cw::platform {

namespace http = boost::beast::http;

namespace {

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lowered;
}

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

Result<std::string> decode_query_part(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return percent_decode(spaced);
}

// "/path?a=1&b=2", or the absolute form that proxies send (RFC 9112, section 3.2).
Result<> read_target(std::string_view target, HttpRequest& request) {
  constexpr std::string_view scheme = "http://";
  if (target.starts_with(scheme)) {
    const auto slash = target.find('/', scheme.size());
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  if (!target.starts_with('/')) return fail(ErrorKind::invalid, "the request target has no path");
  const auto mark = target.find('?');
  request.path = TRY(percent_decode(target.substr(0, mark)));
  if (has_control(request.path)) return fail(ErrorKind::invalid, "the path has control characters");
  if (mark == std::string_view::npos) return {};
  for (const auto pair : split(target.substr(mark + 1), '&')) {
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = TRY(decode_query_part(pair.substr(0, equals)));
    auto value = TRY(decode_query_part(equals == std::string_view::npos ? "" : pair.substr(equals + 1)));
    request.query.insert_or_assign(std::move(name), std::move(value));
  }
  return {};
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    if (text.size() - i < 3) return fail(ErrorKind::invalid, "a percent escape is cut short");
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (!high || !low) return fail(ErrorKind::invalid, "a percent escape is not hexadecimal");
    decoded.push_back(static_cast<char>(*high * 16 + *low));
    i += 2;
  }
  return decoded;
}

// The library reads heads only: its chunk reader asserts on what a client may send (a last chunk that comes in
// pieces), and an assertion that foreign bytes can reach is not ours to keep.
struct HttpRequestReader::Head {
  http::request_parser<http::empty_body> parser;
  std::optional<HttpChunkedBody> chunked;
  std::size_t length = 0;
};

HttpRequestReader::HttpRequestReader(const HttpRequestLimits& limits) : limits_(limits) {}
HttpRequestReader::~HttpRequestReader() = default;

HttpRequestReader::State HttpRequestReader::refuse(int status, std::string_view type, std::string_view detail) {
  refusal_ = {.status = status, .type = type, .detail = detail};
  return State::failed;
}

HttpRequestReader::State HttpRequestReader::feed(std::string_view bytes) {
  if (!refusal_.type.empty()) return State::failed;
  unread_.append(bytes);
  if (head_ != nullptr) return read_body();
  // Empty lines before a request are to be skipped (RFC 9112, section 2.2).
  const auto start = unread_.find_first_not_of("\r\n");
  unread_.erase(0, start == std::string::npos ? unread_.size() : start);
  return unread_.empty() ? State::idle : read_head();
}

// The library gets a head when all of it is there: how it is judged does not depend on how it was cut.
HttpRequestReader::State HttpRequestReader::read_head() {
  constexpr std::string_view end_of_head = "\r\n\r\n";
  // Methods are letters; anything else, such as a TLS handshake, never becomes a head.
  if (unread_[0] < 'A' || unread_[0] > 'Z') return refuse(400, "bad-request", "the request is not HTTP/1.1");
  const auto end = unread_.find(end_of_head, searched_);
  const auto head_bytes = end == std::string::npos ? unread_.size() : end + end_of_head.size();
  if (head_bytes > limits_.most_head_bytes)
    return refuse(431, "head-too-large", "the head of the request is too large");
  searched_ = head_bytes - std::min(head_bytes, end_of_head.size() - 1);
  if (end == std::string::npos) return State::needs_more;
  searched_ = 0;
  const auto state = parse_head(std::string_view(unread_).substr(0, head_bytes));
  unread_.erase(0, head_bytes);
  return state == State::failed ? state : read_body();
}

HttpRequestReader::State HttpRequestReader::parse_head(std::string_view text) {
  head_ = std::make_unique<Head>();
  auto& parser = head_->parser;
  parser.header_limit(static_cast<std::uint32_t>(text.size() + 1));
  parser.skip(true);
  boost::beast::error_code error;
  parser.put(boost::asio::const_buffer(text.data(), text.size()), error);
  if (error == http::error::bad_version)
    return refuse(505, "bad-request", "only HTTP/1.0 and HTTP/1.1 are spoken here");
  if (error || !parser.is_done()) return refuse(400, "bad-request", "the request is not HTTP/1.1");
  if (const auto state = take_head(); state == State::failed) return state;
  return expect_body();
}

HttpRequestReader::State HttpRequestReader::take_head() {
  const auto& message = head_->parser.get();
  taken_ = {};
  auto& request = taken_.request;
  request.method = std::string(message.method_string());
  taken_.keep_alive = message.keep_alive();
  taken_.head_only = request.method == "HEAD";
  if (taken_.head_only) request.method = "GET";
  const auto target = message.target();
  if (!read_target({target.data(), target.size()}, request))
    return refuse(400, "bad-request", "the path or the query of the request is malformed");
  for (const auto& field : message) {
    auto name = lower({field.name_string().data(), field.name_string().size()});
    const std::string_view value(field.value().data(), field.value().size());
    if (has_control(value)) return refuse(400, "bad-request", "a header field has control characters");
    const auto [at, fresh] = request.headers.try_emplace(std::move(name), value);
    if (fresh) continue;
    // Two Host fields are an attack or an accident (RFC 9112, section 3.2).
    if (at->first == "host") return refuse(400, "bad-request", "there is more than one Host");
    at->second.append(", ").append(value);
  }
  if (message.version() >= 11 && !request.headers.contains("host"))
    return refuse(400, "bad-request", "the Host is missing");
  return State::needs_more;
}

// A length beside a coding, and two lengths that differ, the library has refused already.
HttpRequestReader::State HttpRequestReader::expect_body() {
  const auto& headers = taken_.request.headers;
  const auto coding = headers.find("transfer-encoding");
  if (coding != headers.end()) {
    if (lower(coding->second) != "chunked")
      return refuse(501, "bad-request", "the only transfer coding spoken here is chunked");
    head_->chunked.emplace(limits_.most_body_bytes, limits_.most_head_bytes);
  } else if (const auto length = head_->parser.content_length()) {
    if (*length > limits_.most_body_bytes) return refuse(413, "body-too-large", "the body of the request is too large");
    head_->length = static_cast<std::size_t>(*length);
  }
  const auto expect = headers.find("expect");
  wants_continue_ = expect != headers.end() && lower(expect->second) == "100-continue";
  return State::needs_more;
}

HttpRequestReader::State HttpRequestReader::read_body() {
  auto& body = taken_.request.body;
  if (head_->chunked) {
    switch (head_->chunked->read(unread_, body)) {
      case HttpChunkedBody::State::needs_more:
        return wait_for_body();
      case HttpChunkedBody::State::complete:
        return State::complete;
      case HttpChunkedBody::State::malformed:
        return refuse(400, "bad-request", "the chunks of the request are malformed");
      case HttpChunkedBody::State::too_large:
        return refuse(413, "body-too-large", "the body of the request is too large");
    }
  }
  const auto count = std::min(head_->length - body.size(), unread_.size());
  body.append(unread_, 0, count);
  unread_.erase(0, count);
  return body.size() == head_->length ? State::complete : wait_for_body();
}

HttpRequestReader::State HttpRequestReader::wait_for_body() {
  return std::exchange(wants_continue_, false) ? State::wants_continue : State::needs_more;
}

HttpRequestReader::Taken HttpRequestReader::take() {
  assert(head_ != nullptr);
  head_.reset();
  return std::exchange(taken_, {});
}

}  // namespace cw::platform
