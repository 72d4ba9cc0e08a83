#pragma once

// Makes the bytes of an IP-to-ASN file from address ranges in any order. Where ranges overlap, the later one wins;
// a range of a reserved AS number has no origin.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "core/time.hpp"
#include "ports/routing/builtin/asn_csv.hpp"

namespace cw::routing {

// What the file says of itself; no line breaks.
struct IpToAsnDescription {
  std::string source;
  std::string version;
  Instant as_of;
  std::string licence;
  std::string attribution;
  std::string attribution_url;
};

class IpToAsnBuilder {
 public:
  void add(const AsnRow& row);
  [[nodiscard]] std::size_t rows() const { return v4_.size() + v6_.size(); }
  [[nodiscard]] std::vector<std::byte> build(const IpToAsnDescription& description) const;

 private:
  struct Range {
    IpAddress first;
    IpAddress last;
    Asn asn;
  };
  // From here on the value holds.
  struct Breakpoint {
    IpAddress start;
    std::uint32_t value = 0;
  };
  // `numbers`: those of `names_` in order; a value is a position among them.
  static std::vector<Breakpoint> breakpoints(const std::vector<Range>& ranges, const std::vector<Asn>& numbers);

  std::vector<Range> v4_;
  std::vector<Range> v6_;
  std::map<Asn, std::string> names_;
};

}  // namespace cw::routing
