#pragma once

// The rows of an IP-to-ASN range file: `first,last,asn,"organisation"`, both ends inclusive, quoted as RFC 4180
// says, UTF-8. This is how the data of the built-in table comes.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "core/result.hpp"

namespace cw::routing {

struct AsnRow {
  IpAddress first;
  IpAddress last;  // of the same family, not below `first`
  Asn asn;
  std::string org_name;  // well-formed UTF-8
  friend bool operator==(const AsnRow&, const AsnRow&) = default;
};

class AsnCsvReader {
 public:
  // The text must outlive the reader.
  explicit AsnCsvReader(std::string_view text) : rest_(text) {}

  // The next row; nothing at the end. `invalid` names the line; reading on after it is not possible.
  Result<std::optional<AsnRow>> next();

 private:
  Result<std::string> field();
  Result<AsnRow> row();
  [[nodiscard]] bool at_line_end() const;
  void skip_line_end();

  std::string_view rest_;
  std::size_t line_ = 1;
};

}  // namespace cw::routing
