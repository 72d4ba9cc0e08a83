#pragma once

// Look-ups in the bytes of an IP-to-ASN file. Opening checks the header and where the sections lie, in a time that
// does not grow with the file; every index that is then read from the data is bounded before use, so a damaged or
// hostile file gives wrong answers but never reads outside.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "ports/routing/builtin/ip_to_asn_format.hpp"
#include "ports/routing/route_table.hpp"

namespace cw::routing {

class IpToAsnView {
 public:
  // The bytes begin at a multiple of 8 and outlive the view. `invalid` says how the file is wrong.
  static Result<IpToAsnView> over(std::span<const std::byte> bytes);

  [[nodiscard]] std::optional<Origin> origin(const IpAddress& address) const;
  [[nodiscard]] std::string_view org_name(Asn asn) const;
  [[nodiscard]] TableInfo info() const;
  // Reads all of it: `invalid` when it is not what was written.
  [[nodiscard]] Result<> verify() const;

 private:
  struct Family4 {
    std::span<const std::uint32_t> starts, values, index;
  };
  struct Family6 {
    std::span<const std::uint64_t> starts;
    std::span<const std::uint32_t> values, index;
  };

  explicit IpToAsnView(std::span<const std::byte> bytes);
  [[nodiscard]] Result<> check_sizes() const;
  template <class Item>
  [[nodiscard]] std::span<const Item> section(ip_to_asn::SectionId id) const;
  [[nodiscard]] std::uint32_t value_of(const IpAddress& address) const;
  [[nodiscard]] std::uint32_t side_value(const ip_to_asn::SideKey& key) const;
  [[nodiscard]] std::string_view name(const ip_to_asn::AsRow& row) const;

  std::span<const std::byte> bytes_;
  ip_to_asn::Header header_;
  Family4 v4_;
  Family6 v6_;
  std::span<const ip_to_asn::SideKey> side_starts_;
  std::span<const std::uint32_t> side_values_;
  std::span<const ip_to_asn::AsRow> as_rows_;
  std::string_view names_;
};

}  // namespace cw::routing
