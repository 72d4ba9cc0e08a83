#pragma once

// Reading JSON (RFC 8259) that another program wrote. The reader's error is sticky, as ByteReader's is: list the
// members in the order of the format, then ask once whether they were all there and what they should be. Members
// that nobody asks for are ignored.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"

// Boost.JSON stays in the files that look into its values themselves.
namespace boost::json {
class array;
class object;
class value;
}  // namespace boost::json

namespace cw::formats {

// Bytes that are no UTF-8 are kept as they are. At most 32 levels deep.
Result<boost::json::value> parse_json(std::string_view text);
bool is_json(std::string_view text);

// What went wrong first in one text.
class JsonFault {
 public:
  [[nodiscard]] bool ok() const { return !error_; }
  [[nodiscard]] const Error& error() const { return *error_; }
  void report(std::string message);

 private:
  std::optional<Error> error_;
};

// One object of the text, with the way to it: "hops[3].replies[0]". After a fault every member is as if absent.
class JsonMembers {
 public:
  // A value that is no object is a fault.
  JsonMembers(const boost::json::value& value, std::string where, JsonFault& fault);

  // Null counts as absent.
  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] const boost::json::value* find(std::string_view name) const;

  // Absent is a fault for the plain ones and nothing for the optional ones.
  template <std::integral Number>
  Number integer(std::string_view name, std::int64_t least = std::numeric_limits<Number>::min(),
                 std::int64_t most = std::numeric_limits<Number>::max()) {
    return static_cast<Number>(required(name, integer_in(name, least, most)).value_or(0));
  }
  template <std::integral Number>
  std::optional<Number> optional_integer(std::string_view name, std::int64_t least = std::numeric_limits<Number>::min(),
                                         std::int64_t most = std::numeric_limits<Number>::max()) {
    const auto value = integer_in(name, least, most);
    return value ? std::optional(static_cast<Number>(*value)) : std::nullopt;
  }
  std::string text(std::string_view name) { return required(name, optional_text(name)).value_or(""); }
  std::optional<std::string> optional_text(std::string_view name);
  IpAddress address(std::string_view name) { return required(name, optional_address(name)).value_or(IpAddress{}); }
  std::optional<IpAddress> optional_address(std::string_view name);
  Instant instant(std::string_view name) { return required(name, optional_instant(name)).value_or(Instant{}); }
  std::optional<Instant> optional_instant(std::string_view name);  // RFC 3339
  Duration milliseconds(std::string_view name) {
    return required(name, optional_milliseconds(name)).value_or(Duration{});
  }
  std::optional<Duration> optional_milliseconds(std::string_view name);  // from 0 to a day, to the microsecond
  bool flag(std::string_view name);                                      // absent: false

  // Text that `parse` makes something of: each<Kind>("kind", parse_kind).
  template <class Value>
  Value named(std::string_view name, Result<Value> (*parse)(std::string_view)) {
    const auto written = text(name);
    if (!ok()) return Value{};
    auto value = parse(written);
    if (!value) fault_->report(where(name) + ": " + value.error().message);
    return value.value_or(Value{});
  }

  // Calls `read` with each object of the array; absent is an empty one.
  void each(std::string_view name, const std::function<void(JsonMembers&)>& read);
  // The array, or nullptr where it is absent or something else, which is a fault.
  const boost::json::array* array(std::string_view name);
  // The object of that name, if there is one.
  std::optional<JsonMembers> object(std::string_view name);

  void report(std::string_view name, std::string_view message);
  [[nodiscard]] bool ok() const { return fault_->ok(); }

 private:
  [[nodiscard]] std::string where(std::string_view name) const;
  std::optional<std::int64_t> integer_in(std::string_view name, std::int64_t least, std::int64_t most);

  template <class Value>
  std::optional<Value> required(std::string_view name, std::optional<Value> value) {
    if (!value && ok()) report(name, "is missing");
    return value;
  }

  const boost::json::object* object_ = nullptr;
  std::string where_;
  JsonFault* fault_;
};

}  // namespace cw::formats
