#include "core/prefix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/text.hpp"

namespace cw {
namespace {

constexpr int mapped_bits = 96;  // what stands before the IPv4 part of a v4-mapped address

// The length counted over all sixteen bytes.
int full_length(const IpAddress& address, int length) { return address.is_v4() ? mapped_bits + length : length; }

// The bits of byte `index` that a prefix of `length` bits covers.
std::uint8_t mask_byte(int length, std::size_t index) {
  const int covered = std::clamp(length - 8 * static_cast<int>(index), 0, 8);
  return static_cast<std::uint8_t>(0xff << (8 - covered));
}

// "0" to "128" without sign or leading zeros.
std::optional<int> parse_length(std::string_view text) {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  const auto length = parse_number<std::uint16_t>(text);
  if (!length || *length > 128) return std::nullopt;
  return *length;
}

}  // namespace

Result<Prefix> Prefix::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos)
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" is not a prefix: write it as 192.0.2.0/24 or 2001:db8::/32", printable(text, 60)));
  const auto written_address = text.substr(0, slash);
  const auto address = TRY(IpAddress::parse(written_address));
  auto length = parse_length(text.substr(slash + 1));
  // ::ffff:192.0.2.0/120 is 192.0.2.0/24: the length counts as the address was written.
  if (length && address.is_v4() && written_address.find(':') != std::string_view::npos) *length -= mapped_bits;
  if (!length || *length < 0 || *length > address.bit_width())
    return fail(ErrorKind::invalid, fmt::format("\"{}\" has no prefix length from 0 to {} that fits its address",
                                                printable(text, 60), address.bit_width()));
  const auto prefix = around(address, *length);
  if (prefix.address() != address)
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" has host bits set: did you mean {}?", printable(text, 60), prefix.to_string()));
  return prefix;
}

Prefix Prefix::around(const IpAddress& address, int length) {
  Prefix prefix;
  prefix.length_ = std::clamp(length, 0, address.bit_width());
  auto bytes = address.bytes();
  const int covered = full_length(address, prefix.length_);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] &= mask_byte(covered, i);
  prefix.address_ = IpAddress::v6(bytes);
  return prefix;
}

bool Prefix::contains(const IpAddress& address) const {
  // ::/0 holds every IPv6 address and no IPv4 one, although IPv4 is kept inside sixteen bytes.
  if (address.is_v4() != address_.is_v4()) return false;
  const int covered = full_length(address_, length_);
  for (std::size_t i = 0; i < address.bytes().size(); ++i)
    if ((address.bytes()[i] & mask_byte(covered, i)) != address_.bytes()[i]) return false;
  return true;
}

bool Prefix::contains(const Prefix& other) const { return other.length_ >= length_ && contains(other.address_); }

IpAddress Prefix::last() const {
  auto bytes = address_.bytes();
  const int covered = full_length(address_, length_);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(bytes[i] | static_cast<std::uint8_t>(~mask_byte(covered, i)));
  return IpAddress::v6(bytes);
}

std::string Prefix::to_string() const { return fmt::format("{}/{}", address_.to_string(), length_); }

}  // namespace cw
