#pragma once

// How the values of the database contract look to PostgreSQL and back: instants as RFC 3339 say them, arrays as JSON,
// text as the UTF-8 that the server insists on. Only what the server's own text forms do differently is here.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace cw::platform {

// The types of the server that are not simply their text (catalog pg_type; these numbers never change).
namespace pg_type {
constexpr std::uint32_t bytea = 17, text = 25, varchar = 1043, jsonb = 3802, timestamptz = 1184;
constexpr std::uint32_t int4_array = 1007, int8_array = 1016, text_array = 1009, inet_array = 1041, uuid_array = 2951;
}  // namespace pg_type

[[nodiscard]] bool is_array_type(std::uint32_t type);

// "2026-01-01 00:00:00.5+00", as a session in UTC says it, to "2026-01-01T00:00:00.500000Z". What does not look like
// that (infinity, a year before Christ) stays as it is.
std::string instant_from_postgres(std::string_view text);

// {1,NULL} to [1,null]; elements of other than number types become JSON strings. One dimension.
std::string array_from_postgres(std::string_view text, std::uint32_t type);
// The other way round. `invalid` when the text is no flat JSON array of numbers, strings and nulls.
Result<std::string> array_to_postgres(std::string_view json);

// Text that the server takes: NUL and what is no UTF-8 become U+FFFD. Nothing when it is fine as it is.
std::optional<std::string> repaired_text(std::string_view text);
// The same for jsonb, which also refuses an escaped NUL.
std::optional<std::string> repaired_json(std::string_view json);

// "\x00ff", the server's text form of bytes.
std::vector<std::uint8_t> bytes_from_postgres(std::string_view hex);

}  // namespace cw::platform
