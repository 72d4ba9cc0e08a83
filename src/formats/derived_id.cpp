#include "formats/derived_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace cw::formats {
namespace {

// FNV-1a (RFC 9923), 64 bits.
std::uint64_t hash_of(std::string_view text, std::uint64_t start) {
  std::uint64_t hash = start;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

Uuid derived_id(std::string_view text, Instant started_at) {
  const auto since_epoch = std::max(started_at.time_since_epoch(), Duration{});
  const auto milliseconds =
      static_cast<std::uint64_t>(std::chrono::floor<std::chrono::milliseconds>(since_epoch).count());
  const std::uint64_t one = hash_of(text, 0xcbf29ce484222325);
  const std::uint64_t other = hash_of(text, one);
  const auto id = fmt::format("{:08x}-{:04x}-7{:03x}-{:04x}-{:012x}", milliseconds >> 16 & 0xffffffff,
                              milliseconds & 0xffff, one & 0xfff, 0x8000 | (one >> 12 & 0x3fff), other >> 16);
  return Uuid::parse(id).value_or(Uuid{});
}

}  // namespace cw::formats
