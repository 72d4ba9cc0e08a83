#include "formats/json_reading.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cmath>
#include <utility>

#include "core/text.hpp"

namespace cw::formats {
namespace {

constexpr double most_milliseconds = 86'400'000;

}  // namespace

Result<boost::json::value> parse_json(std::string_view text) {
  boost::system::error_code error;
  const boost::json::parse_options options{.allow_invalid_utf8 = true};
  auto value = boost::json::parse(text, error, {}, options);
  if (error) return fail(ErrorKind::invalid, "no JSON: " + error.message());
  return value;
}

bool is_json(std::string_view text) { return parse_json(text).has_value(); }

void JsonFault::report(std::string message) {
  if (!error_) error_ = Error{ErrorKind::invalid, std::move(message)};
}

JsonMembers::JsonMembers(const boost::json::value& value, std::string where, JsonFault& fault)
    : where_(std::move(where)), fault_(&fault) {
  if (value.is_object())
    object_ = &value.get_object();
  else
    fault_->report((where_.empty() ? "the text" : where_) + " must be an object");
}

const boost::json::value* JsonMembers::find(std::string_view name) const {
  if (object_ == nullptr) return nullptr;
  const auto* value = object_->if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string JsonMembers::where(std::string_view name) const {
  return where_.empty() ? std::string(name) : fmt::format("{}.{}", where_, name);
}

void JsonMembers::report(std::string_view name, std::string_view message) {
  fault_->report(fmt::format("{} {}", where(name), message));
}

// A whole number may be written with a fraction of nothing: 3.0.
std::optional<std::int64_t> JsonMembers::integer_in(std::string_view name, std::int64_t least, std::int64_t most) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  std::optional<std::int64_t> number;
  if (value->is_int64())
    number = value->get_int64();
  else if (value->is_double() && std::abs(value->get_double()) < 1e15 &&
           value->get_double() == std::floor(value->get_double()))
    number = static_cast<std::int64_t>(value->get_double());
  if (number && *number >= least && *number <= most) return number;
  report(name, fmt::format("must be a whole number from {} to {}", least, most));
  return std::nullopt;
}

std::optional<std::string> JsonMembers::optional_text(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return std::string(value->get_string());
  report(name, "must be a text");
  return std::nullopt;
}

std::optional<IpAddress> JsonMembers::optional_address(std::string_view name) {
  const auto written = optional_text(name);
  if (!written) return std::nullopt;
  const auto address = IpAddress::parse(*written);
  if (address) return *address;
  report(name, fmt::format("must be an address, not \"{}\"", printable(*written, 60)));
  return std::nullopt;
}

std::optional<Instant> JsonMembers::optional_instant(std::string_view name) {
  const auto written = optional_text(name);
  if (!written) return std::nullopt;
  const auto instant = parse_rfc3339(*written);
  if (instant) return *instant;
  report(name, fmt::format("must be a time such as 2026-11-22T10:00:00.000123Z, not \"{}\"", printable(*written, 60)));
  return std::nullopt;
}

std::optional<Duration> JsonMembers::optional_milliseconds(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  const double milliseconds = value->is_int64()    ? static_cast<double>(value->get_int64())
                              : value->is_double() ? value->get_double()
                                                   : -1.0;
  if (milliseconds >= 0 && milliseconds <= most_milliseconds)
    return std::chrono::microseconds(std::llround(milliseconds * 1000));
  report(name, "must be milliseconds from 0 to 86400000");
  return std::nullopt;
}

bool JsonMembers::flag(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return false;
  if (value->is_bool()) return value->get_bool();
  report(name, "must be true or false");
  return false;
}

void JsonMembers::each(std::string_view name, const std::function<void(JsonMembers&)>& read) {
  const auto* items = array(name);
  if (items == nullptr) return;
  for (std::size_t i = 0; i < items->size() && ok(); ++i) {
    JsonMembers item((*items)[i], fmt::format("{}[{}]", where(name), i), *fault_);
    read(item);
  }
}

const boost::json::array* JsonMembers::array(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return nullptr;
  if (value->is_array()) return &value->get_array();
  report(name, "must be an array");
  return nullptr;
}

std::optional<JsonMembers> JsonMembers::object(std::string_view name) {
  const auto* value = find(name);
  if (value == nullptr) return std::nullopt;
  return JsonMembers(*value, where(name), *fault_);
}

}  // namespace cw::formats
