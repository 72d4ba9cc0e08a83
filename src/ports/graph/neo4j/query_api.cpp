#include "ports/graph/neo4j/query_api.hpp"

#include <boost/json/serialize.hpp>
#include <utility>

namespace cw::graph {

Result<boost::json::array> QueryApi::run(std::string_view statement, boost::json::object parameters) {
  boost::json::object request;
  request["statement"] = statement;
  if (!parameters.empty()) request["parameters"] = std::move(parameters);
  const auto body = boost::json::serialize(request);
  const auto reply = TRY(session_.with([&](platform::HttpSession& session) {
    return session.post(query_url_, body, {{"Accept", "application/json"}, {"Content-Type", "application/json"}});
  }));
  return parse_query_reply(reply.status, reply.body);
}

}  // namespace cw::graph
