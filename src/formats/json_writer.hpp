#pragma once

// Writes JSON (RFC 8259) on one line, fields in the order they are said. The contracts fix the order of fields and
// the look of numbers (0.412, never 4.12E-1), so values are written and not built as a tree.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace cw::formats {

class JsonWriter {
 public:
  JsonWriter() = default;
  explicit JsonWriter(std::size_t bytes_expected) { out_.reserve(bytes_expected); }

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  // Bytes that are no UTF-8 become U+FFFD.
  JsonWriter& string(std::string_view text);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& boolean(std::same_as<bool> auto value) { return literal(value ? "true" : "false"); }
  JsonWriter& null() { return literal("null"); }
  // Rounded to microseconds: 0.412
  JsonWriter& milliseconds(Duration duration);
  // Rounded to four places: 0.3333
  JsonWriter& fraction(double value);
  // Five significant digits and always a point, as jansson and hence mtr write it: 0.412, 3.0
  JsonWriter& real(double value);
  // Nothing said is null.
  JsonWriter& string_or_null(std::string_view text) { return text.empty() ? null() : string(text); }

  [[nodiscard]] std::string take();

 private:
  JsonWriter& literal(std::string_view text);
  void separate();

  std::string out_;
  bool first_ = true;  // nothing before the next value in its object or array
};

}  // namespace cw::formats
