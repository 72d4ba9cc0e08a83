#pragma once

// The project's own file of an IP-to-ASN table: a header, then flat arrays in the byte order of the machine that
// wrote it. A breakpoint is where an address range begins; its value holds until the next one. IPv4 breakpoints
// are whole addresses; IPv6 ones are the upper 64 bits, and the few /64s that hold a finer one point to a side
// table. A first-level index by the top bits of the address bounds each search.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/ip_address.hpp"

namespace cw::routing::ip_to_asn {

inline constexpr std::array<char, 8> kMagic{'C', 'W', 'I', 'P', '2', 'A', 'S', '\n'};
inline constexpr std::uint32_t kByteOrder = 0x01020304;
inline constexpr std::uint32_t kFormatVersion = 1;

// A value is the number of a row in the AS table, or one of these.
inline constexpr std::uint32_t kUnmapped = 0xffff'ffff;
inline constexpr std::uint32_t kInSideTable = 0xffff'fffe;

enum class SectionId : std::uint8_t {
  v4_starts,    // u32, ascending
  v4_values,    // u32
  v4_index,     // u32: breakpoints below each bucket
  v6_starts,    // u64, ascending
  v6_values,    // u32
  v6_index,     // u32
  side_starts,  // SideKey, ascending
  side_values,  // u32
  as_rows,      // AsRow, ascending by number
  names,        // UTF-8
  texts,        // lines: source, version, licence, attribution, its URL
  count,
};
inline constexpr std::size_t kSectionCount = static_cast<std::size_t>(SectionId::count);
inline constexpr std::size_t kTextCount = 5;

struct Section {
  std::uint64_t offset = 0;  // from the start of the file, a multiple of 8
  std::uint64_t items = 0;
};

struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t byte_order = kByteOrder;
  std::uint32_t format_version = kFormatVersion;
  std::uint64_t file_size = 0;
  std::uint64_t checksum = 0;  // FNV-1a of the file with this field zero
  std::int64_t as_of = 0;      // seconds since 1970
  std::uint64_t v4_rows = 0;   // of the files it was made from
  std::uint64_t v6_rows = 0;
  std::array<Section, kSectionCount> sections{};
};
static_assert(sizeof(Header) % 8 == 0);

struct SideKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend constexpr auto operator<=>(const SideKey&, const SideKey&) = default;
};

// The address as two numbers in the order of the machine; an IPv4 address v4-mapped.
constexpr SideKey key_of(const IpAddress& address) {
  auto [high, low] = std::bit_cast<std::array<std::uint64_t, 2>>(address.bytes());
  if constexpr (std::endian::native == std::endian::little) {
    high = std::byteswap(high);
    low = std::byteswap(low);
  }
  return {high, low};
}

// IPv4: a bucket for each /16. IPv6: one for each /20 of 2000::/3, where all global unicast space is (RFC 4291,
// section 2.4 and IANA's registry), one for everything below and one for everything above.
inline constexpr std::size_t kV4Buckets = 1u << 16;
inline constexpr std::uint64_t kV6FirstBucket = 0x2'0000;
inline constexpr std::uint64_t kV6LastBucket = 0x3'ffff;
inline constexpr std::size_t kV6Buckets = kV6LastBucket - kV6FirstBucket + 3;

constexpr std::size_t v4_bucket(std::uint32_t address) { return address >> 16; }
constexpr std::size_t v6_bucket(std::uint64_t high) {
  return static_cast<std::size_t>(std::clamp(high >> 44, kV6FirstBucket - 1, kV6LastBucket + 1) - (kV6FirstBucket - 1));
}

struct AsRow {
  std::uint32_t number = 0;
  std::uint32_t name_offset = 0;  // in the names
  std::uint32_t name_length = 0;
};

constexpr std::uint64_t kChecksumStart = 0xcbf2'9ce4'8422'2325;

// FNV-1a with 64 bits: finds a damaged file, not a forged one.
template <class Bytes>
constexpr std::uint64_t checksum(const Bytes& bytes, std::uint64_t sum = kChecksumStart) {
  for (const std::byte byte : bytes) sum = (sum ^ std::to_integer<std::uint64_t>(byte)) * 0x0000'0100'0000'01b3;
  return sum;
}

}  // namespace cw::routing::ip_to_asn
