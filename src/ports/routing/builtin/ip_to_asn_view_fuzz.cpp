// A whole table is damaged as the input says. Either it is refused, or every look-up stays inside the bytes (the
// sanitizer watches) and names an AS of the table with a name that lies in the table.
//
// Input: patches of seven bytes: where (3 bytes), what (4 bytes). The top bit of the place chooses the header.

#include <cstdlib>
#include <cstring>
#include <span>
#include <vector>

#include "ports/routing/builtin/ip_to_asn_builder.hpp"
#include "ports/routing/builtin/ip_to_asn_view.hpp"

namespace {

using cw::Asn;
using cw::IpAddress;

std::vector<std::byte> whole_table() {
  cw::routing::IpToAsnBuilder builder;
  const auto at = [](std::string_view text) { return IpAddress::parse(text).value(); };
  builder.add({at("9.0.0.0"), at("9.255.255.255"), Asn{9}, "Nine"});
  builder.add({at("9.1.0.0"), at("9.1.0.7"), Asn{4199999999}, "Large"});
  builder.add({at("2a00::"), at("2a00::7"), Asn{10}, "Ten"});
  builder.add({at("2a00:1::"), at("2a00:1:ffff::"), Asn{11}, ""});
  return builder.build({"builtin", "1", cw::Instant{}, "licence", "attribution", "url"});
}

void apply(std::span<std::byte> table, std::span<const std::uint8_t> patches) {
  constexpr std::size_t kPatch = 7;
  for (; patches.size() >= kPatch; patches = patches.subspan(kPatch)) {
    const std::size_t place = (std::size_t{patches[0]} << 16) | (std::size_t{patches[1]} << 8) | patches[2];
    const std::size_t size = (place & 0x800000) != 0 ? sizeof(cw::routing::ip_to_asn::Header) : table.size();
    std::memcpy(table.data() + (place & 0x7fffff) % (size - 4), patches.data() + 3, 4);
  }
}

void look_up(const cw::routing::IpToAsnView& view, const IpAddress& address, std::span<const std::byte> table) {
  const auto origin = view.origin(address);
  if (!origin || origin->org_name.empty()) return;
  const auto* begin = reinterpret_cast<const char*>(table.data());
  const bool inside =
      origin->org_name.data() >= begin && origin->org_name.data() + origin->org_name.size() <= begin + table.size();
  if (!inside) std::abort();
  if (view.org_name(origin->asn).size() > table.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::byte> whole = whole_table();
  std::vector<std::byte> table = whole;
  apply(table, {data, size});
  const auto view = cw::routing::IpToAsnView::over(table);
  if (!view) return 0;
  for (std::uint32_t i = 0; i < 64; ++i) {
    look_up(*view, IpAddress::v4(i * 0x0400'0001), table);
    IpAddress::Bytes bytes{static_cast<std::uint8_t>(i * 4)};
    look_up(*view, IpAddress::v6(bytes), table);
    bytes[0] = 0x2a;
    bytes[3] = static_cast<std::uint8_t>(i % 3);
    bytes[15] = static_cast<std::uint8_t>(i);
    look_up(*view, IpAddress::v6(bytes), table);
  }
  if (view->info().asns > table.size()) std::abort();
  const bool verified = view->verify().has_value();
  if (table == whole && !verified) std::abort();
  return 0;
}
