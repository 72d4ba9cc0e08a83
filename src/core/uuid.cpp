#include "core/uuid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "core/text.hpp"

namespace cw {
namespace {

constexpr std::size_t text_size = 36;
constexpr std::string_view hex_digits = "0123456789abcdef";

// Version 7 and the variant of RFC 9562 around the time and 74 bits of `random_high` and `random_low`.
std::array<std::uint8_t, 16> version_7(Instant instant, std::uint64_t random_high, std::uint64_t random_low) {
  const auto since_1970 = std::chrono::floor<std::chrono::milliseconds>(instant).time_since_epoch().count();
  const std::uint64_t milliseconds = since_1970 < 0 ? 0 : static_cast<std::uint64_t>(since_1970);
  const std::uint64_t high = (milliseconds << 16) | 0x7000U | (random_high & 0x0fffU);
  const std::uint64_t low = 0x8000'0000'0000'0000U | (random_low & 0x3fff'ffff'ffff'ffffU);
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return bytes;
}

bool is_dash_place(std::size_t place) { return place == 8 || place == 13 || place == 18 || place == 23; }

}  // namespace

Uuid Uuid::make_v7(Instant now, Random& random) {
  const auto high = random.next();
  const auto low = random.next();
  Uuid uuid;
  uuid.bytes_ = version_7(now, high, low);
  return uuid;
}

Uuid Uuid::first_at(Instant instant) {
  Uuid uuid;
  uuid.bytes_ = version_7(instant, 0, 0);
  return uuid;
}

Result<Uuid> Uuid::parse(std::string_view text) {
  Uuid uuid;
  bool ok = text.size() == text_size;
  std::size_t byte = 0;
  for (std::size_t place = 0; ok && place < text_size;) {
    if (is_dash_place(place)) {
      ok = text[place++] == '-';
      continue;
    }
    const auto* end = text.data() + place + 2;
    const auto [rest, error] = std::from_chars(text.data() + place, end, uuid.bytes_[byte++], 16);
    ok = error == std::errc{} && rest == end;
    place += 2;
  }
  if (!ok) return fail(ErrorKind::invalid, fmt::format("\"{}\" is not an id (a UUID)", printable(text, 60)));
  return uuid;
}

Instant Uuid::time() const {
  std::int64_t milliseconds = 0;
  for (std::size_t i = 0; i < 6; ++i) milliseconds = (milliseconds << 8) | bytes_[i];
  // An id that somebody made up may name a time that an Instant cannot hold.
  constexpr auto most = std::chrono::duration_cast<std::chrono::milliseconds>(Duration::max()).count();
  return Instant(std::chrono::milliseconds(std::min(milliseconds, most)));
}

std::string Uuid::to_string() const {
  std::string text;
  text.reserve(text_size);
  for (const auto byte : bytes_) {
    if (is_dash_place(text.size())) text += '-';
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 0xf];
  }
  return text;
}

}  // namespace cw

std::size_t std::hash<cw::Uuid>::operator()(const cw::Uuid& uuid) const noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, uuid.bytes().data(), sizeof high);
  std::memcpy(&low, uuid.bytes().data() + sizeof high, sizeof low);
  // Ids of one millisecond share most of `high`; the rest is random already.
  return static_cast<std::size_t>((high ^ low) * 0x9e3779b97f4a7c15U);
}
