#pragma once

// The chunked transfer coding (RFC 9112, section 7.1), taken off as bytes arrive. Chunk extensions and the
// trailer are read over.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cw::platform {

class HttpChunkedBody {
 public:
  enum class State : std::uint8_t { needs_more, complete, malformed, too_large };

  // `most_line_bytes` bounds a chunk's head and each line of the trailer; the trailer as a whole likewise.
  HttpChunkedBody(std::size_t most_body_bytes, std::size_t most_line_bytes)
      : most_body_bytes_(most_body_bytes), most_line_bytes_(most_line_bytes) {}

  // Moves what it could read from the front of `unread` into `body`. Not to be called after an end.
  State read(std::string& unread, std::string& body);

 private:
  enum class Step : std::uint8_t { head, data, end_of_data, trailer };

  State read_line(std::string_view line, std::string& body);
  State read_chunk_head(std::string_view line, std::size_t body_bytes);

  std::size_t most_body_bytes_;
  std::size_t most_line_bytes_;
  std::size_t chunk_bytes_left_ = 0;
  std::size_t trailer_bytes_ = 0;
  Step step_ = Step::head;
};

}  // namespace cw::platform
