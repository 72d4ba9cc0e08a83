#include "ports/store/sql/json_reading.hpp"

#include <fmt/format.h>

#include <iterator>

namespace cw::store {

Result<boost::json::value> parse_json(std::string_view text) {
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;
  boost::json::error_code error;
  auto value = boost::json::parse(text, error, {}, options);
  if (error) return fail(ErrorKind::invalid, fmt::format("not JSON: {}", error.message()));
  return value;
}

Result<const boost::json::object*> as_object(const boost::json::value& value, std::string_view what) {
  if (const auto* object = value.if_object()) return object;
  return fail(ErrorKind::invalid, fmt::format("{} is not an object", what));
}

Result<const boost::json::array*> as_array(const boost::json::value& value, std::string_view what) {
  if (const auto* array = value.if_array()) return array;
  return fail(ErrorKind::invalid, fmt::format("{} is not an array", what));
}

Result<std::string> as_text(const boost::json::value& value, std::string_view what) {
  if (const auto* text = value.if_string()) return std::string(text->data(), text->size());
  return fail(ErrorKind::invalid, fmt::format("{} is not a text", what));
}

Result<std::int64_t> as_integer(const boost::json::value& value, std::int64_t least, std::int64_t most,
                                std::string_view what) {
  const auto* number = value.if_int64();
  if (number == nullptr || *number < least || *number > most)
    return fail(ErrorKind::invalid, fmt::format("{} is not a whole number from {} to {}", what, least, most));
  return *number;
}

Result<IpAddress> as_address(const boost::json::value& value, std::string_view what) {
  const auto text = TRY(as_text(value, what));
  return IpAddress::parse(text);
}

Result<std::int64_t> integer_at(const boost::json::array& array, std::size_t place, std::int64_t least,
                                std::int64_t most, std::string_view what) {
  if (place >= array.size()) return fail(ErrorKind::invalid, fmt::format("{} is cut short", what));
  return as_integer(array[place], least, most, what);
}

std::string encode_addresses(const std::vector<std::optional<IpAddress>>& addresses) {
  std::string text = "[";
  for (const auto& address : addresses) {
    if (text.size() > 1) text += ',';
    text += address ? "\"" + address->to_string() + "\"" : "null";
  }
  return text + "]";
}

Result<std::vector<std::optional<IpAddress>>> decode_addresses(std::string_view text) {
  std::vector<std::optional<IpAddress>> addresses;
  const auto json = TRY(parse_json(text));
  const auto* const entries = TRY(as_array(json, "a path"));
  for (const auto& entry : *entries) {
    if (entry.is_null())
      addresses.emplace_back();
    else
      addresses.emplace_back(TRY(as_address(entry, "a hop of a path")));
  }
  return addresses;
}

std::string encode_texts(const std::vector<std::string>& texts) {
  boost::json::array array(texts.begin(), texts.end());
  return boost::json::serialize(array);
}

Result<std::vector<std::string>> decode_texts(std::string_view text) {
  std::vector<std::string> texts;
  const auto json = TRY(parse_json(text));
  const auto* const entries = TRY(as_array(json, "a list of texts"));
  for (const auto& entry : *entries) texts.push_back(TRY(as_text(entry, "an entry of a list of texts")));
  return texts;
}

}  // namespace cw::store
