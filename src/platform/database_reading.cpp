#include "platform/database_reading.hpp"

#include <fmt/format.h>

#include <limits>

#include "core/text.hpp"

namespace cw::platform {
namespace {

template <class T>
Result<T> parsed(const SqlRow& row, int column, Result<T> value) {
  if (value) return value;
  return unreadable(fmt::format("\"{}\"", printable(row.text(column))), value.error());
}

}  // namespace

Result<std::int64_t> integer_column(const SqlRow& row, int column, std::int64_t least, std::int64_t most) {
  const auto value = row.integer(column);
  if (value < least || value > most)
    return fail(ErrorKind::internal, fmt::format("the stored number {} is not from {} to {}", value, least, most));
  return value;
}

Result<Instant> instant_column(const SqlRow& row, int column) {
  return parsed(row, column, parse_rfc3339(row.text(column)));
}

Result<Uuid> uuid_column(const SqlRow& row, int column) { return parsed(row, column, Uuid::parse(row.text(column))); }

Result<IpAddress> address_column(const SqlRow& row, int column) {
  return parsed(row, column, IpAddress::parse(row.text(column)));
}

Result<Asn> asn_column(const SqlRow& row, int column) {
  const auto value = TRY(integer_column(row, column, 0, std::numeric_limits<std::uint32_t>::max()));
  return Asn{static_cast<std::uint32_t>(value)};
}

std::unexpected<Error> unreadable(std::string_view what, const Error& error) {
  return fail(ErrorKind::internal, fmt::format("{} cannot be read: {}", what, error.message));
}

Result<std::int64_t> select_integer(Database& database, std::string_view sql, std::initializer_list<SqlValue> values) {
  const auto value =
      TRY(select_one(database, sql, values, [](const SqlRow& row) -> Result<std::int64_t> { return row.integer(0); }));
  return value.value_or(0);
}

}  // namespace cw::platform
