#pragma once

// Reading rows into values. The content of a database may have been written by others, so a column that does not
// hold what it should is an error of the kind `internal` that names the column's value, never a guess.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "platform/database.hpp"

namespace cw::platform {

Result<std::int64_t> integer_column(const SqlRow& row, int column, std::int64_t least, std::int64_t most);
Result<Instant> instant_column(const SqlRow& row, int column);
Result<Uuid> uuid_column(const SqlRow& row, int column);
Result<IpAddress> address_column(const SqlRow& row, int column);
Result<Asn> asn_column(const SqlRow& row, int column);

// "target 5 cannot be read: …", of the kind `internal` whatever the reader called it.
std::unexpected<Error> unreadable(std::string_view what, const Error& error);

// A column that may be null, by the reader of what it holds otherwise.
template <class T>
Result<std::optional<T>> optional_column(const SqlRow& row, int column, Result<T> (*read)(const SqlRow&, int)) {
  if (row.is_null(column)) return std::nullopt;
  return TRY(read(row, column));
}

// Every row of the answer, read by `read(row)`, which returns a Result.
template <class Read>
auto select_all(Database& database, std::string_view sql, SqlValues values, Read&& read)
    -> Result<std::vector<typename std::invoke_result_t<Read, const SqlRow&>::value_type>> {
  std::vector<typename std::invoke_result_t<Read, const SqlRow&>::value_type> all;
  const auto keep = [&](const SqlRow& row) -> Result<> {
    all.push_back(TRY(read(row)));
    return {};
  };
  TRY(database.query(sql, values, keep));
  return all;
}

// The last row of an answer that has at most one.
template <class Read>
auto select_one(Database& database, std::string_view sql, SqlValues values, Read&& read)
    -> Result<std::optional<typename std::invoke_result_t<Read, const SqlRow&>::value_type>> {
  std::optional<typename std::invoke_result_t<Read, const SqlRow&>::value_type> found;
  const auto keep = [&](const SqlRow& row) -> Result<> {
    found = TRY(read(row));
    return {};
  };
  TRY(database.query(sql, values, keep));
  return found;
}

template <class Read>
auto select_all(Database& database, std::string_view sql, std::initializer_list<SqlValue> values, Read&& read) {
  return select_all(database, sql, SqlValues(values.begin(), values.size()), std::forward<Read>(read));
}
template <class Read>
auto select_one(Database& database, std::string_view sql, std::initializer_list<SqlValue> values, Read&& read) {
  return select_one(database, sql, SqlValues(values.begin(), values.size()), std::forward<Read>(read));
}

// The first column of a single row as a number; 0 without a row.
Result<std::int64_t> select_integer(Database& database, std::string_view sql,
                                    std::initializer_list<SqlValue> values = {});

}  // namespace cw::platform
