#pragma once

// What formats of other programs say about the node that measured, and a measurement does not know. What the
// owner has not said is left empty, and written as the format writes an unknown.

#include <cstdint>
#include <optional>
#include <string>

#include "core/asn.hpp"
#include "core/ip_address.hpp"

namespace cw::formats {

struct ExportContext {
  std::string network;  // name of the network the node is in
  std::optional<Asn> asn;
  std::string continent;  // "EU"
  std::string region;     // "Western Europe"
  std::string country;    // "DE"
  std::string state;
  std::string city;
  std::optional<double> latitude;
  std::optional<double> longitude;
  std::optional<IpAddress> public_address;
  std::int64_t atlas_measurement = 0;  // msm_id
  std::int64_t atlas_probe = 0;        // prb_id
  int packet_bytes = 0;                // of a probe; 0: not known
  std::string version;                 // of this program
};

}  // namespace cw::formats
