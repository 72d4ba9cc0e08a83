#pragma once

// AS numbers that are no node of the public AS graph (IANA's AS Number and Special-Purpose AS Numbers
// registries). Data sets do contain them; whoever maps an address treats them as "no origin".

#include <string_view>

#include "core/asn.hpp"

namespace cw {

struct SpecialAsn {
  Asn first;
  Asn last;
  std::string_view name;       // "Private use"
  std::string_view reference;  // "RFC 6996"
};

// The block that holds the number; nullptr for ordinary ones.
const SpecialAsn* special_asn(Asn asn);

}  // namespace cw
