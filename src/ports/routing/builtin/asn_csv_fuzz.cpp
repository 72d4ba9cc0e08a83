// Whatever the bytes are: every row that is read is a range of one family with a name that is UTF-8, the reader
// ends, and the rows written as RFC 4180 says are read back the same.

#include <cstdlib>
#include <string>

#include "core/utf8.hpp"
#include "ports/routing/builtin/asn_csv.hpp"

namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string written(const cw::routing::AsnRow& row) {
  return row.first.to_string() + ',' + row.last.to_string() + ',' + std::to_string(row.asn.value) + ',' +
         quoted(row.org_name) + '\n';
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  cw::routing::AsnCsvReader reader(text);
  for (std::size_t rows = 0;; ++rows) {
    require(rows <= size);
    const auto row = reader.next();
    if (!row || !*row) return 0;
    require((*row)->first.family() == (*row)->last.family() && (*row)->first <= (*row)->last);
    require(cw::repair_utf8((*row)->org_name) == (*row)->org_name);
    // Repaired text may have become longer than a field may be.
    if ((*row)->org_name.size() > 1024) continue;
    const std::string again = written(**row);
    const auto back = cw::routing::AsnCsvReader(again).next();
    require(back && *back && **back == **row);
  }
}
