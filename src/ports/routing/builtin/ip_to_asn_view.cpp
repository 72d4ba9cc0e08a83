#include "ports/routing/builtin/ip_to_asn_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "core/text.hpp"

namespace cw::routing {
namespace {

using ip_to_asn::AsRow;
using ip_to_asn::Header;
using ip_to_asn::kSectionCount;
using ip_to_asn::SectionId;
using ip_to_asn::SideKey;

constexpr std::array<std::size_t, kSectionCount> kItemSizes{4, 4, 4, 8, 4, 4, sizeof(SideKey), 4, sizeof(AsRow), 1, 1};
constexpr std::uint64_t kLongestTexts = 4096;
constexpr std::int64_t kLatestDate = 4'102'444'800;  // 2100-01-01

Result<> check_header(const Header& header, std::size_t size) {
  if (header.magic != ip_to_asn::kMagic) return fail(ErrorKind::invalid, "it is no IP-to-ASN table");
  if (header.byte_order != ip_to_asn::kByteOrder)
    return fail(ErrorKind::invalid, "it was made on a machine of another byte order; make it again here");
  if (header.format_version != ip_to_asn::kFormatVersion)
    return fail(ErrorKind::invalid,
                fmt::format("its format is version {}, this program reads version {}; make it again",
                            header.format_version, ip_to_asn::kFormatVersion));
  if (header.file_size != size)
    return fail(ErrorKind::invalid,
                fmt::format("it has {} bytes instead of {}; make it again", size, header.file_size));
  if (header.as_of < 0 || header.as_of > kLatestDate) return fail(ErrorKind::invalid, "its date is out of range");
  return {};
}

Result<> check_sections(const Header& header) {
  for (std::size_t i = 0; i < kSectionCount; ++i) {
    const auto& section = header.sections[i];
    const bool inside = section.offset % 8 == 0 && section.offset >= sizeof(Header) &&
                        section.offset <= header.file_size &&
                        section.items <= (header.file_size - section.offset) / kItemSizes[i];
    if (!inside) return fail(ErrorKind::invalid, fmt::format("section {} lies outside the file; make it again", i));
  }
  return {};
}

// The value or 0, without a branch: of a branch on the comparison of a random address the processor would mispredict
// every second one. Left to itself, clang makes one.
inline std::size_t value_if(bool condition, std::size_t value) {
#if defined(__clang__)
  return __builtin_unpredictable(condition) ? value : 0;
#else
  return __builtin_expect_with_probability(condition, 1, 0.5) ? value : 0;
#endif
}

// How many of the ascending starts are not above the key.
template <class Key>
std::size_t count_not_above(std::span<const Key> starts, const Key& key) {
  const Key* base = starts.data();
  std::size_t left = starts.size();
  while (left > 1) {
    const std::size_t half = left / 2;
    base += value_if(base[half - 1] <= key, half);
    left -= half;
  }
  return static_cast<std::size_t>(base - starts.data()) + (left == 1 && *base <= key ? 1 : 0);
}

// The value that holds at the key, by the part of the table that the index names for its bucket.
template <class Table, class Key>
std::uint32_t value_at(const Table& table, std::size_t bucket, Key key) {
  const std::size_t end = std::min<std::size_t>(table.index[bucket + 1], table.starts.size());
  const std::size_t begin = std::min<std::size_t>(table.index[bucket], end);
  const std::size_t position = begin + count_not_above(table.starts.subspan(begin, end - begin), key);
  return position == 0 ? ip_to_asn::kUnmapped : table.values[position - 1];
}

}  // namespace

Result<IpToAsnView> IpToAsnView::over(std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(Header)) return fail(ErrorKind::invalid, "it is too short for a header");
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 != 0)
    return fail(ErrorKind::internal, "its bytes are not aligned");
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (auto checked = check_header(header, bytes.size()); !checked) return std::unexpected(std::move(checked).error());
  if (auto checked = check_sections(header); !checked) return std::unexpected(std::move(checked).error());
  IpToAsnView view(bytes);
  if (auto checked = view.check_sizes(); !checked) return std::unexpected(std::move(checked).error());
  return view;
}

template <class Item>
std::span<const Item> IpToAsnView::section(SectionId id) const {
  const auto& section = header_.sections[static_cast<std::size_t>(id)];
  return {reinterpret_cast<const Item*>(bytes_.data() + section.offset), static_cast<std::size_t>(section.items)};
}

IpToAsnView::IpToAsnView(std::span<const std::byte> bytes) : bytes_(bytes) {
  std::memcpy(&header_, bytes.data(), sizeof header_);
  v4_ = {section<std::uint32_t>(SectionId::v4_starts), section<std::uint32_t>(SectionId::v4_values),
         section<std::uint32_t>(SectionId::v4_index)};
  v6_ = {section<std::uint64_t>(SectionId::v6_starts), section<std::uint32_t>(SectionId::v6_values),
         section<std::uint32_t>(SectionId::v6_index)};
  side_starts_ = section<SideKey>(SectionId::side_starts);
  side_values_ = section<std::uint32_t>(SectionId::side_values);
  as_rows_ = section<AsRow>(SectionId::as_rows);
  const auto names = section<char>(SectionId::names);
  names_ = {names.data(), names.size()};
}

Result<> IpToAsnView::check_sizes() const {
  const bool match = v4_.values.size() == v4_.starts.size() && v6_.values.size() == v6_.starts.size() &&
                     side_values_.size() == side_starts_.size() && v4_.index.size() == ip_to_asn::kV4Buckets + 1 &&
                     v6_.index.size() == ip_to_asn::kV6Buckets + 1 &&
                     section<char>(SectionId::texts).size() <= kLongestTexts;
  if (!match) return fail(ErrorKind::invalid, "its sections do not fit together; make it again");
  return {};
}

std::uint32_t IpToAsnView::side_value(const SideKey& key) const {
  const std::size_t position = count_not_above(side_starts_, key);
  return position == 0 ? ip_to_asn::kUnmapped : side_values_[position - 1];
}

std::uint32_t IpToAsnView::value_of(const IpAddress& address) const {
  const SideKey key = ip_to_asn::key_of(address);
  if (key.high == 0 && key.low >> 32 == 0xffff) {
    const auto v4 = static_cast<std::uint32_t>(key.low);
    return value_at(v4_, ip_to_asn::v4_bucket(v4), v4);
  }
  const std::uint32_t value = value_at(v6_, ip_to_asn::v6_bucket(key.high), key.high);
  return value == ip_to_asn::kInSideTable ? side_value(key) : value;
}

std::string_view IpToAsnView::name(const AsRow& row) const {
  return names_.substr(std::min<std::size_t>(row.name_offset, names_.size()), row.name_length);
}

std::optional<Origin> IpToAsnView::origin(const IpAddress& address) const {
  const std::uint32_t value = value_of(address);
  if (value >= as_rows_.size()) return std::nullopt;  // unmapped, or nothing that this file may say
  const AsRow& row = as_rows_[value];
  return Origin{.asn = Asn{row.number}, .org_name = name(row), .prefix = std::nullopt};
}

std::string_view IpToAsnView::org_name(Asn asn) const {
  const auto row = std::ranges::lower_bound(as_rows_, asn.value, {}, &AsRow::number);
  return row == as_rows_.end() || row->number != asn.value ? std::string_view{} : name(*row);
}

TableInfo IpToAsnView::info() const {
  const auto bytes = section<char>(SectionId::texts);
  std::vector<std::string> texts;
  for (const auto line : split(std::string_view(bytes.data(), bytes.size()), '\n'))
    texts.push_back(printable(line, 500));
  texts.resize(ip_to_asn::kTextCount);
  return {.source = texts[0],
          .version = texts[1],
          .as_of = Instant(std::chrono::seconds(header_.as_of)),
          .licence = texts[2],
          .attribution = texts[3],
          .attribution_url = texts[4],
          .v4_ranges = static_cast<std::size_t>(header_.v4_rows),
          .v6_ranges = static_cast<std::size_t>(header_.v6_rows),
          .asns = as_rows_.size(),
          .resident_bytes = bytes_.size()};
}

Result<> IpToAsnView::verify() const {
  Header header = header_;
  header.checksum = 0;
  const auto head = ip_to_asn::checksum(std::as_bytes(std::span(&header, 1)));
  if (ip_to_asn::checksum(bytes_.subspan(sizeof header), head) != header_.checksum)
    return fail(ErrorKind::invalid, "its data is damaged; make it again");
  return {};
}

}  // namespace cw::routing
