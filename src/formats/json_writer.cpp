#include "formats/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "core/text.hpp"
#include "core/utf8.hpp"

namespace cw::formats {
namespace {

// A whole number of parts of 1, without trailing zeros: (412, 3) is 0.412.
void append_decimal(std::string& out, std::int64_t parts, int places) {
  std::int64_t unit = 1;
  for (int i = 0; i < places; ++i) unit *= 10;
  if (parts < 0) out += '-';
  append_number(out, std::abs(parts / unit));
  auto rest = std::abs(parts % unit);
  if (rest == 0) return;
  out += '.';
  for (; rest != 0; rest %= unit) {
    unit /= 10;
    out += static_cast<char>('0' + rest / unit);
  }
}

bool stands_for_itself(char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; }

// RFC 8259, section 7.
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
}

}  // namespace

void JsonWriter::separate() {
  if (!first_) out_ += ',';
  first_ = false;
}

JsonWriter& JsonWriter::literal(std::string_view text) {
  separate();
  out_ += text;
  return *this;
}

JsonWriter& JsonWriter::begin_object() {
  literal("{");
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  out_ += '}';
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  literal("[");
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  out_ += ']';
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  string(name);
  out_ += ':';
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  separate();
  out_ += '"';
  // Nearly all that is ever written: names of fields, addresses, times.
  if (std::ranges::all_of(text, stands_for_itself))
    out_ += text;
  else
    append_escaped(out_, repair_utf8(text));
  out_ += '"';
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t value) {
  separate();
  append_number(out_, value);
  return *this;
}

JsonWriter& JsonWriter::milliseconds(Duration duration) {
  separate();
  append_decimal(out_, std::chrono::round<std::chrono::microseconds>(duration).count(), 3);
  return *this;
}

JsonWriter& JsonWriter::fraction(double value) {
  separate();
  append_decimal(out_, std::llround(value * 10'000), 4);
  return *this;
}

JsonWriter& JsonWriter::real(double value) {
  std::string text = fmt::format("{:.5g}", value);
  const auto exponent = text.find('e');
  if (exponent != std::string::npos) {
    const int power = std::stoi(text.substr(exponent + 1));
    text = fmt::format("{}e{}", text.substr(0, exponent), power);
  } else if (!text.contains('.')) {
    text += ".0";
  }
  return literal(text);
}

std::string JsonWriter::take() {
  first_ = true;
  return std::exchange(out_, {});
}

}  // namespace cw::formats
