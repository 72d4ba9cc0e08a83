#pragma once

// An answer of Neo4j's HTTP Query API, version 2: {"data":{"fields":[…],"values":[[…],…]},"errors":[…]}. The status is
// sent before the rows are made, so a success may still have errors in its body.

#include <boost/json/array.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cw::graph {

// The rows, each an array of its columns. `unavailable` (wrong credentials, overloaded, dead-locked, stopping: try
// again later), `unsupported` (no Query API: the server is too old, or is something else), `not_found` (no such
// database), `exhausted` (no memory for it), `internal` (whatever else it does not like).
Result<boost::json::array> parse_query_reply(int status, std::string_view body);

// The columns of one row in their order. A column that does not hold what is asked for makes the row unreadable, which
// is asked once, at its end.
class RowReader {
 public:
  explicit RowReader(const boost::json::value& row);

  std::int64_t integer();
  std::uint32_t number32();
  std::string text();  // null reads as empty
  std::optional<double> real();

  // Whether the row held all of that and nothing else.
  [[nodiscard]] bool ok() const;

 private:
  const boost::json::value* next();

  const boost::json::array* columns_ = nullptr;
  std::size_t position_ = 0;
  bool failed_ = false;
};

}  // namespace cw::graph
