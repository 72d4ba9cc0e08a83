#pragma once

// One statement at a time to a Neo4j over its HTTP Query API. A statement is constant text: whatever varies goes as
// a parameter.

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/guarded.hpp"
#include "core/result.hpp"
#include "platform/http_session.hpp"
#include "ports/graph/neo4j/query_reply.hpp"

namespace cw::graph {

class QueryApi {
 public:
  QueryApi(std::string query_url, platform::HttpSession session)
      : query_url_(std::move(query_url)), session_(std::move(session)) {}

  // Errors as parse_query_reply() and HttpSession::post() have them.
  Result<boost::json::array> run(std::string_view statement, boost::json::object parameters = {});

  // Every row of the answer, read by `read(RowReader&)`; `internal` when a row does not hold what is read.
  template <class Read>
  auto select(std::string_view statement, boost::json::object parameters, Read&& read)
      -> Result<std::vector<typename std::invoke_result_t<Read, RowReader&>::value_type>> {
    std::vector<typename std::invoke_result_t<Read, RowReader&>::value_type> all;
    const auto rows = TRY(run(statement, std::move(parameters)));
    all.reserve(rows.size());
    for (const auto& row : rows) {
      RowReader reader(row);
      all.push_back(TRY(read(reader)));
      if (!reader.ok())
        return fail(ErrorKind::internal, "Neo4j holds a record that is none of ours, or answers another");
    }
    return all;
  }

 private:
  std::string query_url_;
  Guarded<platform::HttpSession> session_;
};

}  // namespace cw::graph
