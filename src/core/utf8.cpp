#include "core/utf8.hpp"

#include <cstddef>
#include <cstdint>

namespace cw {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

// What may follow a first byte: the second byte has bounds of its own, the rest are 80..BF (RFC 3629, section 4).
struct Sequence {
  std::size_t length = 0;  // 0: no first byte
  std::uint8_t least_second = 0x80;
  std::uint8_t most_second = 0xbf;
};

Sequence sequence_of(std::uint8_t first) {
  if (first < 0x80) return {1};
  if (first < 0xc2) return {};
  if (first < 0xe0) return {2};
  if (first == 0xe0) return {3, 0xa0, 0xbf};
  if (first == 0xed) return {3, 0x80, 0x9f};  // no surrogates
  if (first < 0xf0) return {3};
  if (first == 0xf0) return {4, 0x90, 0xbf};
  if (first < 0xf4) return {4};
  if (first == 0xf4) return {4, 0x80, 0x8f};
  return {};
}

// Length of the well-formed sequence at the start; 0 where there is none.
std::size_t well_formed(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const Sequence sequence = sequence_of(byte(0));
  if (sequence.length == 0 || sequence.length > text.size()) return 0;
  if (sequence.length > 1 && (byte(1) < sequence.least_second || byte(1) > sequence.most_second)) return 0;
  for (std::size_t i = 2; i < sequence.length; ++i)
    if (byte(i) < 0x80 || byte(i) > 0xbf) return 0;
  return sequence.length;
}

}  // namespace

std::string repair_utf8(std::string_view text) {
  std::string repaired;
  repaired.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = well_formed(text);
    repaired += length > 0 ? text.substr(0, length) : kReplacement;
    text.remove_prefix(length > 0 ? length : 1);
  }
  return repaired;
}

}  // namespace cw
