#include "ports/routing/builtin/asn_csv.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "core/utf8.hpp"

namespace cw::routing {
namespace {

// The longest row of the real data has 231 bytes; a field beyond this is no organisation's name.
constexpr std::size_t kLongestField = 1024;

}  // namespace

bool AsnCsvReader::at_line_end() const { return rest_.empty() || rest_.starts_with('\n') || rest_.starts_with("\r\n"); }

void AsnCsvReader::skip_line_end() {
  if (rest_.starts_with('\r')) rest_.remove_prefix(1);
  if (rest_.starts_with('\n')) rest_.remove_prefix(1);
  ++line_;
}

// RFC 4180, section 2: quoted fields may hold commas, line ends and doubled quotes; others hold no quotes.
Result<std::string> AsnCsvReader::field() {
  std::string value;
  const bool quoted = rest_.starts_with('"');
  if (quoted) rest_.remove_prefix(1);
  while (quoted || (!at_line_end() && !rest_.starts_with(','))) {
    if (rest_.empty()) return fail(ErrorKind::invalid, "a quote is not closed");
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"') {
      if (!quoted) return fail(ErrorKind::invalid, "a quote inside a plain field");
      if (!rest_.starts_with('"')) break;
      rest_.remove_prefix(1);
    }
    if (value.size() == kLongestField) return fail(ErrorKind::invalid, "a field is too long");
    value += c;
  }
  if (quoted && !at_line_end() && !rest_.starts_with(','))
    return fail(ErrorKind::invalid, "text after a closing quote");
  return value;
}

Result<AsnRow> AsnCsvReader::row() {
  std::string fields[4];
  for (std::size_t i = 0; i < 4; ++i) {
    fields[i] = TRY(field());
    if (i == 3) break;
    if (!rest_.starts_with(',')) return fail(ErrorKind::invalid, "fewer than four fields");
    rest_.remove_prefix(1);
  }
  if (!at_line_end()) return fail(ErrorKind::invalid, "more than four fields");
  const IpAddress first = TRY(IpAddress::parse(fields[0]));
  const IpAddress last = TRY(IpAddress::parse(fields[1]));
  if (first.family() != last.family() || last < first)
    return fail(ErrorKind::invalid, "the range ends before it begins");
  const auto asn = parse_number<std::uint32_t>(fields[2]);
  if (!asn) return fail(ErrorKind::invalid, fmt::format("\"{}\" is no AS number", printable(fields[2], 20)));
  return AsnRow{first, last, Asn{*asn}, repair_utf8(fields[3])};
}

Result<std::optional<AsnRow>> AsnCsvReader::next() {
  while (!rest_.empty() && at_line_end()) skip_line_end();
  if (rest_.empty()) return std::nullopt;
  const std::size_t line = line_;
  const std::string_view before = rest_;
  auto parsed = row();
  if (!parsed) return fail(fmt::format("line {}", line), std::move(parsed).error());
  line_ += static_cast<std::size_t>(std::ranges::count(before.substr(0, before.size() - rest_.size()), '\n'));
  skip_line_end();
  return std::optional(*std::move(parsed));
}

}  // namespace cw::routing
