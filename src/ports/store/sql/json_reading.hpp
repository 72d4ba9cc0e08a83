#pragma once

// Reading the JSON texts of the database, which anybody may have written: every step can fail, and says at what.

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"

namespace cw::store {

// Names in a path's annotation come from data of others and need not be UTF-8; they are kept as they are.
Result<boost::json::value> parse_json(std::string_view text);

// The pointers are into `value` and never null.
Result<const boost::json::object*> as_object(const boost::json::value& value, std::string_view what);
Result<const boost::json::array*> as_array(const boost::json::value& value, std::string_view what);
Result<std::string> as_text(const boost::json::value& value, std::string_view what);
Result<std::int64_t> as_integer(const boost::json::value& value, std::int64_t least, std::int64_t most,
                                std::string_view what);
Result<IpAddress> as_address(const boost::json::value& value, std::string_view what);

// The whole number at that place of a fixed-size array such as [3,11,1].
Result<std::int64_t> integer_at(const boost::json::array& array, std::size_t place, std::int64_t least,
                                std::int64_t most, std::string_view what);

// ["192.0.2.1",null]
std::string encode_addresses(const std::vector<std::optional<IpAddress>>& addresses);
Result<std::vector<std::optional<IpAddress>>> decode_addresses(std::string_view text);

// ["home","lab"]
std::string encode_texts(const std::vector<std::string>& texts);
Result<std::vector<std::string>> decode_texts(std::string_view text);

}  // namespace cw::store
