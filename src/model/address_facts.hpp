#pragma once

// What is known of one address, with where it came from and when.

#include <optional>
#include <string>

#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "core/prefix.hpp"
#include "core/time.hpp"

namespace cw {

struct AddressFacts {
  IpAddress address;
  std::optional<Prefix> prefix;  // origin prefix, where the source knows one
  std::optional<Asn> asn;
  std::string as_name;  // empty: unknown
  std::string org_name;
  std::string country_code;  // ISO 3166-1 alpha-2
  std::string ixp;           // name of the exchange whose LAN holds it
  std::string special;       // name in IANA's registry, such as "Private-Use"
  std::string source;        // "builtin", "iana", …
  std::optional<Instant> as_of;

  friend bool operator==(const AddressFacts&, const AddressFacts&) = default;
};

}  // namespace cw
