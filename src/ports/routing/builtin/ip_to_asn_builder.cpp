#include "ports/routing/builtin/ip_to_asn_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <numeric>
#include <optional>
#include <queue>
#include <span>
#include <tuple>

#include "core/special_asn.hpp"
#include "ports/routing/builtin/ip_to_asn_format.hpp"

namespace cw::routing {
namespace {

using ip_to_asn::Header;
using ip_to_asn::kInSideTable;
using ip_to_asn::kUnmapped;
using ip_to_asn::SectionId;
using ip_to_asn::SideKey;

// The address after it; nothing after the family's last.
std::optional<IpAddress> next_address(const IpAddress& address) {
  if (address.is_v4()) {
    if (address.v4_value() == 0xffff'ffff) return std::nullopt;
    return IpAddress::v4(address.v4_value() + 1);
  }
  auto bytes = address.bytes();
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
    if (++*byte != 0) return IpAddress::v6(bytes);
  return std::nullopt;
}

struct V6Arrays {
  std::vector<std::uint64_t> starts;
  std::vector<std::uint32_t> values;
  std::vector<SideKey> side_starts;
  std::vector<std::uint32_t> side_values;
};

// 1. A /64 whose only breakpoint is its first address is a plain entry.
// 2. A /64 with a finer breakpoint points to the side table, which has all of its breakpoints, beginning with
//    what held before it where none is on its first address.
// 3. Behind such a /64 the last of its values holds on.
template <class Breakpoints>
V6Arrays split_v6(const Breakpoints& breakpoints) {
  V6Arrays arrays;
  const auto add = [&](std::uint64_t high, std::uint32_t value) {
    arrays.starts.push_back(high);
    arrays.values.push_back(value);
  };
  std::uint32_t before = kUnmapped;
  for (auto at = breakpoints.begin(); at != breakpoints.end();) {
    const SideKey key = ip_to_asn::key_of(at->start);
    const auto behind = std::find_if(at, breakpoints.end(),
                                     [&](const auto& one) { return ip_to_asn::key_of(one.start).high != key.high; });
    const bool fine = key.low != 0 || std::next(at) != behind;
    if (!fine) {
      add(key.high, at->value);
    } else {
      add(key.high, kInSideTable);
      if (key.low != 0) {
        arrays.side_starts.push_back({key.high, 0});
        arrays.side_values.push_back(before);
      }
      for (auto one = at; one != behind; ++one) {
        arrays.side_starts.push_back(ip_to_asn::key_of(one->start));
        arrays.side_values.push_back(one->value);
      }
      const bool neighbour = behind != breakpoints.end() && ip_to_asn::key_of(behind->start).high == key.high + 1;
      if (!neighbour && key.high != ~std::uint64_t{0}) add(key.high + 1, std::prev(behind)->value);
    }
    before = std::prev(behind)->value;
    at = behind;
  }
  return arrays;
}

// For each bucket how many starts lie below it; for the end, all of them.
template <class Key, class BucketOf>
std::vector<std::uint32_t> make_index(const std::vector<Key>& starts, std::size_t buckets, BucketOf bucket_of) {
  std::vector<std::uint32_t> index(buckets + 1);
  for (const Key start : starts) ++index[bucket_of(start) + 1];
  std::partial_sum(index.begin(), index.end(), index.begin());
  return index;
}

// The file as it grows: sections one after the other, each at a multiple of 8.
class FileBytes {
 public:
  FileBytes() : bytes_(sizeof(Header)) {}

  template <class Item>
  void add(SectionId id, const std::vector<Item>& items) {
    add(id, std::as_bytes(std::span(items)), items.size());
  }
  void add(SectionId id, const std::string& text) { add(id, std::as_bytes(std::span(text)), text.size()); }

  std::vector<std::byte> finish(Header header) {
    header.file_size = bytes_.size();
    header.sections = sections_;
    std::memcpy(bytes_.data(), &header, sizeof header);
    header.checksum = ip_to_asn::checksum(bytes_);
    std::memcpy(bytes_.data(), &header, sizeof header);
    return std::move(bytes_);
  }

 private:
  void add(SectionId id, std::span<const std::byte> bytes, std::size_t items) {
    sections_[static_cast<std::size_t>(id)] = {bytes_.size(), items};
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    bytes_.resize((bytes_.size() + 7) / 8 * 8);
  }

  std::vector<std::byte> bytes_;
  std::array<ip_to_asn::Section, ip_to_asn::kSectionCount> sections_{};
};

std::uint32_t value_of(Asn asn, const std::vector<Asn>& numbers) {
  if (special_asn(asn) != nullptr) return kUnmapped;
  return static_cast<std::uint32_t>(std::ranges::lower_bound(numbers, asn) - numbers.begin());
}

void add_names(FileBytes& file, const std::map<Asn, std::string>& names) {
  std::vector<ip_to_asn::AsRow> rows;
  std::string text;
  for (const auto& [asn, name] : names) {
    rows.push_back({asn.value, static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(name.size())});
    text += name;
  }
  file.add(SectionId::as_rows, rows);
  file.add(SectionId::names, text);
}

}  // namespace

void IpToAsnBuilder::add(const AsnRow& row) {
  (row.first.is_v4() ? v4_ : v6_).push_back({row.first, row.last, row.asn});
  if (special_asn(row.asn) != nullptr) return;
  std::string& name = names_[row.asn];
  if (name.empty()) name = row.org_name;
}

// A walk over every address where something may change; of the ranges around it, the latest row wins.
auto IpToAsnBuilder::breakpoints(const std::vector<Range>& ranges, const std::vector<Asn>& numbers)
    -> std::vector<Breakpoint> {
  std::vector<std::size_t> by_start(ranges.size());
  std::iota(by_start.begin(), by_start.end(), std::size_t{0});
  std::ranges::sort(by_start, [&](std::size_t a, std::size_t b) {
    return std::tie(ranges[a].first, a) < std::tie(ranges[b].first, b);
  });
  std::vector<IpAddress> edges;
  for (const Range& range : ranges) {
    edges.push_back(range.first);
    if (const auto behind = next_address(range.last)) edges.push_back(*behind);
  }
  std::ranges::sort(edges);
  edges.erase(std::ranges::unique(edges).begin(), edges.end());

  std::vector<Breakpoint> found;
  std::priority_queue<std::size_t> around;
  auto upcoming = by_start.begin();
  for (const IpAddress& edge : edges) {
    for (; upcoming != by_start.end() && ranges[*upcoming].first == edge; ++upcoming) around.push(*upcoming);
    while (!around.empty() && ranges[around.top()].last < edge) around.pop();
    const std::uint32_t value = around.empty() ? kUnmapped : value_of(ranges[around.top()].asn, numbers);
    if (value != (found.empty() ? kUnmapped : found.back().value)) found.push_back({edge, value});
  }
  return found;
}

std::vector<std::byte> IpToAsnBuilder::build(const IpToAsnDescription& description) const {
  std::vector<Asn> numbers;
  for (const auto& [asn, name] : names_) numbers.push_back(asn);
  std::vector<std::uint32_t> v4_starts;
  std::vector<std::uint32_t> v4_values;
  for (const auto& [start, value] : breakpoints(v4_, numbers)) {
    v4_starts.push_back(start.v4_value());
    v4_values.push_back(value);
  }
  const V6Arrays v6 = split_v6(breakpoints(v6_, numbers));

  FileBytes file;
  file.add(SectionId::v4_starts, v4_starts);
  file.add(SectionId::v4_values, v4_values);
  file.add(SectionId::v4_index, make_index(v4_starts, ip_to_asn::kV4Buckets, ip_to_asn::v4_bucket));
  file.add(SectionId::v6_starts, v6.starts);
  file.add(SectionId::v6_values, v6.values);
  file.add(SectionId::v6_index, make_index(v6.starts, ip_to_asn::kV6Buckets, ip_to_asn::v6_bucket));
  file.add(SectionId::side_starts, v6.side_starts);
  file.add(SectionId::side_values, v6.side_values);
  add_names(file, names_);
  file.add(SectionId::texts, fmt::format("{}\n{}\n{}\n{}\n{}", description.source, description.version,
                                         description.licence, description.attribution, description.attribution_url));
  Header header;
  header.as_of = std::chrono::floor<std::chrono::seconds>(description.as_of).time_since_epoch().count();
  header.v4_rows = v4_.size();
  header.v6_rows = v6_.size();
  return file.finish(header);
}

}  // namespace cw::routing
