#include "core/special_asn.hpp"

#include <array>

namespace cw {
namespace {

constexpr std::array kBlocks{
    SpecialAsn{Asn{0}, Asn{0}, "Reserved", "RFC 7607"},
    SpecialAsn{Asn{112}, Asn{112}, "AS112 project", "RFC 7534"},  // one number, many operators
    SpecialAsn{Asn{23456}, Asn{23456}, "AS_TRANS", "RFC 6793"},
    SpecialAsn{Asn{64496}, Asn{64511}, "Documentation", "RFC 5398"},
    SpecialAsn{Asn{64512}, Asn{65534}, "Private use", "RFC 6996"},
    SpecialAsn{Asn{65535}, Asn{65535}, "Reserved", "RFC 7300"},
    SpecialAsn{Asn{65536}, Asn{65551}, "Documentation", "RFC 5398"},
    SpecialAsn{Asn{65552}, Asn{131071}, "Reserved by IANA", "IANA"},
    SpecialAsn{Asn{4200000000}, Asn{4294967294}, "Private use", "RFC 6996"},
    SpecialAsn{Asn{4294967295}, Asn{4294967295}, "Reserved", "RFC 7300"},
};

}  // namespace

const SpecialAsn* special_asn(Asn asn) {
  for (const SpecialAsn& block : kBlocks)
    if (block.first <= asn && asn <= block.last) return &block;
  return nullptr;
}

}  // namespace cw
