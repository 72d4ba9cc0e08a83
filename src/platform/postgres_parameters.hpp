#pragma once

// The values of one statement in the forms that its parameters want, and what these forms refer to. For
// postgres_connection.cpp alone.

#include <fmt/format.h>

#include <deque>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.hpp"
#include "platform/database.hpp"
#include "platform/postgres_values.hpp"

namespace cw::platform {

class PostgresParameters {
 public:
  Result<> add(const SqlValue& value, std::uint32_t type) {
    return std::visit([&](const auto& held) { return add_held(held, type); }, value.get());
  }

  [[nodiscard]] const char* const* values() const { return values_.data(); }
  [[nodiscard]] const int* lengths() const { return lengths_.data(); }
  [[nodiscard]] const int* formats() const { return formats_.data(); }

 private:
  enum Format : int { as_text = 0, as_bytes = 1 };

  Result<> put(std::string_view value, Format format) {
    values_.push_back(value.data() == nullptr ? "" : value.data());
    lengths_.push_back(static_cast<int>(value.size()));
    formats_.push_back(format);
    return {};
  }
  Result<> put_own(std::string value, Format format) { return put(own_.emplace_back(std::move(value)), format); }

  Result<> add_held(std::monostate /*null*/, std::uint32_t /*type*/) {
    values_.push_back(nullptr);
    lengths_.push_back(0);
    formats_.push_back(as_text);
    return {};
  }
  Result<> add_held(std::int64_t value, std::uint32_t /*type*/) {
    return put_own(fmt::format_int(value).str(), as_text);
  }
  Result<> add_held(double value, std::uint32_t /*type*/) { return put_own(fmt::format("{}", value), as_text); }
  Result<> add_held(Bytes value, std::uint32_t /*type*/) {
    return put({reinterpret_cast<const char*>(value.data()), value.size()}, as_bytes);
  }
  Result<> add_held(std::string_view value, std::uint32_t type) {
    if (is_array_type(type)) return put_own(TRY(array_to_postgres(value)), as_text);
    // The bytes of a text are the text, and need no end: sent like this it is not copied.
    const auto format = type == pg_type::text || type == pg_type::varchar ? as_bytes : as_text;
    auto repaired = type == pg_type::jsonb ? repaired_json(value) : repaired_text(value);
    if (repaired) return put_own(*std::move(repaired), format);
    return format == as_bytes ? put(value, format) : put_own(std::string(value), format);
  }

  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  std::deque<std::string> own_;
};

}  // namespace cw::platform
