#include "ports/routing/builtin/ip_to_asn_convert.hpp"

#include <fmt/format.h>

#include <string_view>

#include "core/text.hpp"
#include "platform/mapped_file.hpp"
#include "ports/routing/builtin/asn_csv.hpp"

namespace cw::routing {
namespace {

Result<> add_rows(IpToAsnBuilder& builder, const std::string& path) {
  const auto file = TRY(platform::MappedFile::open(path));
  const auto bytes = file.bytes();
  AsnCsvReader reader({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  for (;;) {
    const auto row = reader.next();
    if (!row) return fail(path, row.error());
    if (!*row) return {};
    builder.add(**row);
  }
}

}  // namespace

Result<IpToAsnDescription> describe_asn_package(std::string_view version) {
  // "2.3.2026061719": 2026-06-17, 19 o'clock.
  const auto parts = split(version, '.');
  const auto date = parts.size() == 3 && parts[2].size() == 10 ? parts[2] : std::string_view{};
  const auto as_of = parse_rfc3339(date.empty() ? ""
                                                : fmt::format("{}-{}-{}T{}:00:00Z", date.substr(0, 4),
                                                              date.substr(4, 2), date.substr(6, 2), date.substr(8, 2)));
  if (!as_of)
    return fail(ErrorKind::invalid,
                fmt::format("the version \"{}\" holds no date such as 2.3.2026061719", printable(version)));
  return IpToAsnDescription{
      .source = "builtin",
      .version = std::string(version),
      .as_of = *as_of,
      .licence = "CC BY 4.0",
      .attribution =
          "IP Geolocation by DB-IP (db-ip.com), with data of RouteViews (routeviews.org) and the NRO (nro.net), "
          "modified",
      .attribution_url = "https://db-ip.com",
  };
}

Result<> convert_ip_to_asn(const IpToAsnConversion& conversion) {
  const auto description = TRY(describe_asn_package(conversion.version));
  IpToAsnBuilder builder;
  for (const auto& path : {conversion.v4_csv, conversion.v6_csv})
    if (auto added = add_rows(builder, path); !added) return added;
  return platform::write_file_atomically(conversion.output, builder.build(description));
}

}  // namespace cw::routing
