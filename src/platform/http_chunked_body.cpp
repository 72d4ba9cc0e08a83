#include "platform/http_chunked_body.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/text.hpp"

namespace cw::platform {
namespace {

// chunk-size = 1*HEXDIG; nothing where it is none or does not fit.
std::optional<std::size_t> hexadecimal(std::string_view text) {
  std::size_t value = 0;
  const auto [rest, error] = std::from_chars(text.begin(), text.end(), value, 16);
  if (text.empty() || error != std::errc{} || rest != text.end()) return std::nullopt;
  return value;
}

}  // namespace

HttpChunkedBody::State HttpChunkedBody::read(std::string& unread, std::string& body) {
  constexpr std::string_view line_end = "\r\n";
  std::size_t at = 0;
  auto state = State::needs_more;
  while (state == State::needs_more && at < unread.size()) {
    if (step_ == Step::data) {
      const auto count = std::min(chunk_bytes_left_, unread.size() - at);
      body.append(unread, at, count);
      at += count;
      chunk_bytes_left_ -= count;
      if (chunk_bytes_left_ == 0) step_ = Step::end_of_data;
      continue;
    }
    const auto end = unread.find(line_end, at);
    const auto line_bytes = std::min(end, unread.size()) - at;
    if (line_bytes > most_line_bytes_) return State::too_large;
    if (end == std::string::npos) break;
    state = read_line(std::string_view(unread).substr(at, line_bytes), body);
    at = end + line_end.size();
  }
  unread.erase(0, at);
  return state;
}

HttpChunkedBody::State HttpChunkedBody::read_line(std::string_view line, std::string& body) {
  switch (step_) {
    case Step::head:
      return read_chunk_head(line, body.size());
    case Step::end_of_data:
      step_ = Step::head;
      return line.empty() ? State::needs_more : State::malformed;
    case Step::trailer:
      trailer_bytes_ += line.size();
      if (trailer_bytes_ > most_line_bytes_) return State::too_large;
      return line.empty() ? State::complete : State::needs_more;
    case Step::data:
      break;
  }
  return State::malformed;
}

HttpChunkedBody::State HttpChunkedBody::read_chunk_head(std::string_view line, std::size_t body_bytes) {
  const auto size = hexadecimal(trim(line.substr(0, line.find(';'))));
  if (!size) return State::malformed;
  if (*size > most_body_bytes_ - body_bytes) return State::too_large;
  chunk_bytes_left_ = *size;
  step_ = *size == 0 ? Step::trailer : Step::data;
  return State::needs_more;
}

}  // namespace cw::platform
