#include "core/ip_address.hpp"

#include <fmt/format.h>

#include <cstring>
#include <optional>

#include "core/text.hpp"

namespace cw {
namespace {

constexpr std::size_t group_count = 8;
constexpr std::size_t longest_text = 45;  // "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"

std::optional<int> hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// One decimal part of a dotted quad. "010" is refused: some programs read it as octal.
std::optional<std::uint8_t> parse_octet(std::string_view text) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  return parse_number<std::uint8_t>(text);
}

std::optional<std::uint32_t> parse_dotted_quad(std::string_view text) {
  std::uint32_t value = 0;
  for (int part = 0; part < 4; ++part) {
    const auto dot = text.find('.');
    const bool last = part == 3;
    if (last != (dot == std::string_view::npos)) return std::nullopt;
    const auto octet = parse_octet(text.substr(0, dot));
    if (!octet) return std::nullopt;
    value = (value << 8) | *octet;
    if (!last) text.remove_prefix(dot + 1);
  }
  return value;
}

std::optional<std::uint16_t> parse_group(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    const auto digit = hex_value(c);
    if (!digit) return std::nullopt;
    value = (value << 4) | static_cast<unsigned>(*digit);
  }
  return static_cast<std::uint16_t>(value);
}

// Groups as they are written, on one side of a "::".
struct Groups {
  std::array<std::uint16_t, group_count> values{};
  std::size_t count = 0;

  [[nodiscard]] bool add(std::uint16_t value) {
    if (count == group_count) return false;
    values[count++] = value;
    return true;
  }
};

enum class QuadAtEnd : std::uint8_t { allowed, refused };

// "2001:db8:0:1", or "ffff:192.0.2.1" where a dotted quad may end the address; empty text is no groups.
std::optional<Groups> parse_groups(std::string_view text, QuadAtEnd quad_at_end) {
  Groups groups;
  if (text.empty()) return groups;
  for (;;) {
    const auto colon = text.find(':');
    const auto part = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (part.find('.') != std::string_view::npos) {
      if (!last || quad_at_end == QuadAtEnd::refused) return std::nullopt;
      const auto quad = parse_dotted_quad(part);
      if (!quad || !groups.add(static_cast<std::uint16_t>(*quad >> 16)) ||
          !groups.add(static_cast<std::uint16_t>(*quad & 0xffff)))
        return std::nullopt;
      return groups;
    }
    const auto group = parse_group(part);
    if (!group || !groups.add(*group)) return std::nullopt;
    if (last) return groups;
    text.remove_prefix(colon + 1);
  }
}

void put_groups(IpAddress::Bytes& bytes, const Groups& groups, std::size_t first_group) {
  for (std::size_t i = 0; i < groups.count; ++i) {
    bytes[2 * (first_group + i)] = static_cast<std::uint8_t>(groups.values[i] >> 8);
    bytes[2 * (first_group + i) + 1] = static_cast<std::uint8_t>(groups.values[i] & 0xff);
  }
}

std::optional<IpAddress> parse_v6(std::string_view text) {
  IpAddress::Bytes bytes{};
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto groups = parse_groups(text, QuadAtEnd::allowed);
    if (!groups || groups->count != group_count) return std::nullopt;
    put_groups(bytes, *groups, 0);
    return IpAddress::v6(bytes);
  }
  const auto before = parse_groups(text.substr(0, gap), QuadAtEnd::refused);
  const auto after = parse_groups(text.substr(gap + 2), QuadAtEnd::allowed);
  // "::" stands for at least one group of zeros (RFC 4291, section 2.2).
  if (!before || !after || before->count + after->count >= group_count) return std::nullopt;
  put_groups(bytes, *before, 0);
  put_groups(bytes, *after, group_count - after->count);
  return IpAddress::v6(bytes);
}

std::uint16_t group_at(const IpAddress::Bytes& bytes, std::size_t group) {
  return static_cast<std::uint16_t>((bytes[2 * group] << 8) | bytes[2 * group + 1]);
}

struct ZeroRun {
  std::size_t first = 0;
  std::size_t count = 0;
};

// The first of the longest runs; a single zero group is written out (RFC 5952, section 4.2).
ZeroRun longest_zero_run(const IpAddress::Bytes& bytes) {
  ZeroRun best;
  ZeroRun run;
  for (std::size_t group = 0; group < group_count; ++group) {
    if (group_at(bytes, group) != 0) {
      run = ZeroRun{.first = group + 1, .count = 0};
      continue;
    }
    ++run.count;
    if (run.count > best.count) best = run;
  }
  return best.count > 1 ? best : ZeroRun{.first = group_count, .count = 0};
}

std::string format_v4(const IpAddress::Bytes& bytes) {
  std::string text;
  for (std::size_t i = 12; i < 16; ++i) {
    if (i > 12) text += '.';
    append_number(text, bytes[i]);
  }
  return text;
}

std::string format_v6(const IpAddress::Bytes& bytes) {
  const auto zeros = longest_zero_run(bytes);
  fmt::memory_buffer text;
  for (std::size_t group = 0; group < group_count; ++group) {
    if (group == zeros.first) {
      fmt::format_to(std::back_inserter(text), "::");
      group += zeros.count - 1;
      continue;
    }
    const bool follows_group = group != 0 && group != zeros.first + zeros.count;
    fmt::format_to(std::back_inserter(text), "{}{:x}", follows_group ? ":" : "", group_at(bytes, group));
  }
  return fmt::to_string(text);
}

}  // namespace

Result<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() <= longest_text) {
    if (text.find(':') != std::string_view::npos) {
      if (const auto address = parse_v6(text)) return *address;
    } else if (const auto value = parse_dotted_quad(text)) {
      return v4(*value);
    }
  }
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is not an IPv4 or IPv6 address", printable(text, 60)));
}

bool IpAddress::is_unspecified() const { return *this == IpAddress{} || (is_v4() && v4_value() == 0); }

std::string IpAddress::to_string() const { return is_v4() ? format_v4(bytes_) : format_v6(bytes_); }

}  // namespace cw

std::size_t std::hash<cw::IpAddress>::operator()(const cw::IpAddress& address) const noexcept {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::memcpy(&high, address.bytes().data(), sizeof high);
  std::memcpy(&low, address.bytes().data() + sizeof high, sizeof low);
  // Neighbouring addresses differ in few bits of one byte; the finalizer of splitmix64 spreads them.
  std::uint64_t mixed = high * 0x9e3779b97f4a7c15U + low;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  return static_cast<std::size_t>(mixed ^ (mixed >> 31));
}
