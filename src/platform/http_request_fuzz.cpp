// The way from foreign bytes to requests. The first byte says how the rest is cut into pieces; however it is
// cut, the same requests come out, within the stated limits.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http_request_reader.hpp"

namespace {

using cw::platform::HttpRequestReader;

constexpr cw::platform::HttpRequestLimits kLimits{.most_head_bytes = 1024, .most_body_bytes = 2048};

struct Outcome {
  std::vector<HttpRequestReader::Taken> requests;
  bool refused = false;
};

void must(bool holds) {
  if (!holds) std::abort();
}

void check(const cw::platform::HttpRequest& request) {
  must(request.body.size() <= kLimits.most_body_bytes);
  must(request.path.starts_with('/'));
  must(request.method != "HEAD");
  for (const char c : request.path) must(static_cast<unsigned char>(c) >= 0x20);
  for (const auto& [name, value] : request.headers) {
    for (const char c : name) must(c < 'A' || c > 'Z');
    for (const char c : value) must(c != '\r' && c != '\n' && c != '\0');
  }
}

Outcome read_in_pieces(std::string_view bytes, std::size_t piece) {
  HttpRequestReader reader(kLimits);
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size() && !outcome.refused; at += piece) {
    auto state = reader.feed(bytes.substr(at, piece));
    while (state == HttpRequestReader::State::complete) {
      outcome.requests.push_back(reader.take());
      check(outcome.requests.back().request);
      state = reader.feed({});
    }
    outcome.refused = state == HttpRequestReader::State::failed;
  }
  return outcome;
}

bool same(const cw::platform::HttpRequest& a, const cw::platform::HttpRequest& b) {
  return a.method == b.method && a.path == b.path && a.query == b.query && a.headers == b.headers && a.body == b.body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = read_in_pieces(bytes, bytes.size() + 1);
  const auto cut = read_in_pieces(bytes, std::size_t{data[0]} % 16 + 1);
  must(whole.refused == cut.refused);
  must(whole.requests.size() == cut.requests.size());
  for (std::size_t i = 0; i < whole.requests.size(); ++i) {
    must(same(whole.requests[i].request, cut.requests[i].request));
    must(whole.requests[i].keep_alive == cut.requests[i].keep_alive);
  }
  return 0;
}
