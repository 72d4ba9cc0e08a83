#pragma once

// From the data package's CSV files to the project's own table file.

#include <string>

#include "core/result.hpp"
#include "ports/routing/builtin/ip_to_asn_builder.hpp"

namespace cw::routing {

struct IpToAsnConversion {
  std::string v4_csv;  // paths
  std::string v6_csv;
  std::string output;
  std::string version;  // "2.3.2026061719"
};

// What is known of every version of the package; its date is in the version's last number.
Result<IpToAsnDescription> describe_asn_package(std::string_view version);

// Writes the whole table or nothing.
Result<> convert_ip_to_asn(const IpToAsnConversion& conversion);

}  // namespace cw::routing
