#pragma once

// One row of a PostgreSQL server's answer, behind the database contract. For postgres_connection.cpp alone.

#include <libpq-fe.h>

#include <deque>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "platform/database.hpp"
#include "platform/postgres_values.hpp"

namespace cw::platform {

class PostgresRow final : public SqlRow {
 public:
  PostgresRow(const PGresult* answer, int row) : answer_(answer), row_(row) {}

  [[nodiscard]] bool is_null(int column) const override { return PQgetisnull(answer_, row_, column) != 0; }

  [[nodiscard]] std::int64_t integer(int column) const override {
    const auto value = raw(column);
    if (value == "t") return 1;
    if (const auto whole = parse_number<std::int64_t>(value)) return *whole;
    return static_cast<std::int64_t>(parse_number<double>(value).value_or(0));
  }

  [[nodiscard]] double real(int column) const override { return parse_number<double>(raw(column)).value_or(0); }

  [[nodiscard]] std::string_view text(int column) const override {
    const auto type = PQftype(answer_, column);
    if (is_null(column)) return {};
    if (type == pg_type::timestamptz) return texts_.emplace_back(instant_from_postgres(raw(column)));
    if (is_array_type(type)) return texts_.emplace_back(array_from_postgres(raw(column), type));
    return raw(column);
  }

  [[nodiscard]] Bytes blob(int column) const override {
    return is_null(column) ? Bytes{} : Bytes(blobs_.emplace_back(bytes_from_postgres(raw(column))));
  }

 private:
  [[nodiscard]] std::string_view raw(int column) const {
    return {PQgetvalue(answer_, row_, column), static_cast<std::size_t>(PQgetlength(answer_, row_, column))};
  }

  const PGresult* answer_;
  int row_;
  mutable std::deque<std::string> texts_;  // what was converted, for as long as the row
  mutable std::deque<std::vector<std::uint8_t>> blobs_;
};

}  // namespace cw::platform
