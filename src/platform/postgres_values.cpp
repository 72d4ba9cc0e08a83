#include "platform/postgres_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/text.hpp"
#include "core/utf8.hpp"

namespace cw::platform {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";  // U+FFFD

bool holds_numbers(std::uint32_t type) { return type == pg_type::int4_array || type == pg_type::int8_array; }

void append_json_string(std::string& json, std::string_view text) {
  json += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\')
      json += {'\\', c};
    else if (static_cast<unsigned char>(c) < 0x20)
      fmt::format_to(std::back_inserter(json), "\\u{:04x}", static_cast<unsigned>(c));
    else
      json += c;
  }
  json += '"';
}

// One element of an array's text form at `rest`, without its quotes and escapes; `rest` goes on behind it.
std::string take_element(std::string_view& rest, bool& quoted) {
  std::string element;
  quoted = rest.starts_with('"');
  if (quoted) rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != (quoted ? '"' : ',')) {
    if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
    element += rest.front();
    rest.remove_prefix(1);
  }
  if (quoted && !rest.empty()) rest.remove_prefix(1);
  if (rest.starts_with(',')) rest.remove_prefix(1);
  return element;
}

// Reads a flat JSON array and writes the server's form as it goes.
class ArrayReader {
 public:
  explicit ArrayReader(std::string_view json) : rest_(json) {}

  Result<std::string> read() {
    if (!skip('[')) return refuse();
    array_ = "{";
    if (!skip(']')) {
      do {
        if (array_.size() > 1) array_ += ',';
        if (!element()) return refuse();
      } while (skip(','));
      if (!skip(']')) return refuse();
    }
    skip_spaces();
    if (!rest_.empty()) return refuse();
    array_ += '}';
    return std::move(array_);
  }

 private:
  static std::unexpected<Error> refuse() {
    return fail(ErrorKind::invalid, "the value is no flat JSON array of numbers, strings and nulls");
  }

  void skip_spaces() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) rest_.remove_prefix(1);
  }

  bool skip(char wanted) {
    skip_spaces();
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool element() {
    skip_spaces();
    if (rest_.starts_with('"')) return string();
    const auto end = std::min(rest_.find_first_of(",] \n"), rest_.size());
    const auto word = rest_.substr(0, end);
    if (word != "null" && !parse_number<std::int64_t>(word) && !parse_number<double>(word)) return false;
    array_ += word == "null" ? "NULL" : word;
    rest_.remove_prefix(end);
    return true;
  }

  bool string() {
    rest_.remove_prefix(1);
    array_ += '"';
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\') {
        if (!escape()) return false;
        continue;
      }
      array_ += rest_.front();
      rest_.remove_prefix(1);
    }
    array_ += '"';
    return skip('"');
  }

  // Quotes and backslashes are escaped alike in both forms. What else our own writers escape are control characters.
  bool escape() {
    const auto kind = rest_.size() > 1 ? rest_[1] : '\0';
    if (kind == '"' || kind == '\\') {
      array_ += {'\\', kind};
      rest_.remove_prefix(2);
      return true;
    }
    constexpr std::string_view names = "/bfnrt";
    constexpr std::string_view meanings = "/\b\f\n\r\t";
    if (const auto place = names.find(kind); place != std::string_view::npos) {
      array_ += meanings[place];
      rest_.remove_prefix(2);
      return true;
    }
    return kind == 'u' && rest_.size() >= 6 && code_unit(rest_.substr(2, 4));
  }

  bool code_unit(std::string_view digits) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value, 16);
    if (error != std::errc{} || end != digits.end()) return false;
    if (value == 0 || value > 0x7f)
      array_ += replacement;
    else
      array_ += static_cast<char>(value);
    rest_.remove_prefix(6);
    return true;
  }

  std::string_view rest_;
  std::string array_;
};

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) - 1u < 0x7fu; });
}

int hex_digit(char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; }

}  // namespace

bool is_array_type(std::uint32_t type) {
  return holds_numbers(type) || type == pg_type::text_array || type == pg_type::inet_array ||
         type == pg_type::uuid_array;
}

std::string instant_from_postgres(std::string_view text) {
  constexpr std::size_t seconds_end = 19;  // "2026-01-01 00:00:00"
  if (text.size() < seconds_end + 3 || text[4] != '-' || text[10] != ' ' || !text.ends_with("+00"))
    return std::string(text);
  std::string instant(text.substr(0, text.size() - 3));
  instant[10] = 'T';
  if (instant.size() == seconds_end) instant += '.';
  instant.append(seconds_end + 7 - std::min(instant.size(), seconds_end + 7), '0');
  return instant + 'Z';
}

std::string array_from_postgres(std::string_view text, std::uint32_t type) {
  if (text.size() < 2) return "[]";
  auto rest = text.substr(1, text.size() - 2);
  std::string json = "[";
  while (!rest.empty()) {
    bool quoted = false;
    const auto element = take_element(rest, quoted);
    if (json.size() > 1) json += ',';
    if (!quoted && element == "NULL")
      json += "null";
    else if (holds_numbers(type))
      json += element;
    else
      append_json_string(json, element);
  }
  return json + ']';
}

Result<std::string> array_to_postgres(std::string_view json) { return ArrayReader(json).read(); }

std::optional<std::string> repaired_text(std::string_view text) {
  if (is_plain(text)) return std::nullopt;
  auto repaired = repair_utf8(text);
  for (auto nul = repaired.find('\0'); nul != std::string::npos; nul = repaired.find('\0', nul + replacement.size()))
    repaired.replace(nul, 1, replacement);
  if (repaired == text) return std::nullopt;
  return repaired;
}

std::optional<std::string> repaired_json(std::string_view json) {
  auto repaired = repaired_text(json);
  const auto text = repaired ? std::string_view(*repaired) : json;
  if (text.find("\\u0000") == std::string_view::npos) return repaired;
  std::string without_nul;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 6) == "\\u0000") {
      without_nul += replacement;
      i += 5;
    } else if (text[i] == '\\' && i + 1 < text.size()) {
      without_nul += {text[i], text[i + 1]};  // an escaped backslash is no beginning of an escape
      ++i;
    } else {
      without_nul += text[i];
    }
  }
  return without_nul;
}

std::vector<std::uint8_t> bytes_from_postgres(std::string_view hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 2; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(hex_digit(hex[i]) * 16 + hex_digit(hex[i + 1])));
  return bytes;
}

}  // namespace cw::platform
