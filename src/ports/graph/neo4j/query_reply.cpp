#include "ports/graph/neo4j/query_reply.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <limits>
#include <utility>

#include "core/text.hpp"

namespace cw::graph {
namespace {

namespace json = boost::json;

std::string_view text_of(const json::object& object, std::string_view key) {
  const auto* const found = object.if_contains(key);
  if (found == nullptr || !found->is_string()) return {};
  return found->get_string();
}

// The codes are said in Neo4j's status codes: Neo.CLASSIFICATION.CATEGORY.TITLE.
ErrorKind kind_of(std::string_view code) {
  if (code.starts_with("Neo.TransientError.General.OutOfMemoryError") ||
      code.starts_with("Neo.TransientError.General.MemoryPoolOutOfMemoryError"))
    return ErrorKind::exhausted;
  if (code.starts_with("Neo.TransientError.") || code.starts_with("Neo.ClientError.Security.") ||
      code.starts_with("Neo.DatabaseError.General.") || code.starts_with("Neo.ClientError.General.ForbiddenOnReadOnly"))
    return ErrorKind::unavailable;
  if (code == "Neo.ClientError.Database.DatabaseNotFound") return ErrorKind::not_found;
  return ErrorKind::internal;
}

std::string_view advice_for(std::string_view code) {
  if (code == "Neo.ClientError.Security.Unauthorized") return ": check graph.user and graph.password_file";
  if (code == "Neo.ClientError.Security.CredentialsExpired") return ": change the server's first password";
  return "";
}

std::unexpected<Error> refused(const json::array& errors) {
  const auto* const first = errors.front().if_object();
  if (first == nullptr) return fail(ErrorKind::internal, "Neo4j says no, and not why");
  const auto code = text_of(*first, "code");
  return fail(kind_of(code), fmt::format("Neo4j says: {} ({}){}", printable(text_of(*first, "message"), 300),
                                         printable(code), advice_for(code)));
}

std::unexpected<Error> no_query_api(int status) {
  return fail(ErrorKind::unsupported,
              fmt::format("what answers has no Query API (HTTP {}): Neo4j 5.19 or later is needed, 5.26 is best, with "
                          "QUERY_API_ENDPOINTS among its server.http_enabled_modules",
                          status));
}

}  // namespace

Result<json::array> parse_query_reply(int status, std::string_view body) {
  boost::system::error_code error;
  auto parsed = json::parse(body, error);
  auto* const root = error ? nullptr : parsed.if_object();
  if (root != nullptr)
    if (const auto* const errors = root->if_contains("errors");
        errors != nullptr && errors->is_array() && !errors->get_array().empty())
      return refused(errors->get_array());
  if (status == 502 || status == 503 || status == 504 || status == 429)
    return fail(ErrorKind::unavailable, fmt::format("Neo4j is not ready (HTTP {})", status));
  if (status != 200 && status != 202) return no_query_api(status);
  auto* const data = root == nullptr ? nullptr : root->if_contains("data");
  auto* const values = data == nullptr || !data->is_object() ? nullptr : data->get_object().if_contains("values");
  if (values == nullptr || !values->is_array())
    return fail(ErrorKind::unavailable, "the answer of Neo4j is cut short, or is none of Neo4j's");
  return std::move(values->get_array());
}

RowReader::RowReader(const json::value& row) : columns_(row.if_array()), failed_(columns_ == nullptr) {}

const json::value* RowReader::next() {
  if (failed_ || position_ >= columns_->size()) {
    failed_ = true;
    return nullptr;
  }
  return &(*columns_)[position_++];
}

std::int64_t RowReader::integer() {
  const auto* const value = next();
  if (value == nullptr) return 0;
  if (value->is_int64()) return value->get_int64();
  failed_ = true;
  return 0;
}

std::uint32_t RowReader::number32() {
  const auto number = integer();
  if (std::in_range<std::uint32_t>(number)) return static_cast<std::uint32_t>(number);
  failed_ = true;
  return 0;
}

std::string RowReader::text() {
  const auto* const value = next();
  if (value == nullptr || value->is_null()) return {};
  if (value->is_string()) return std::string(value->get_string());
  failed_ = true;
  return {};
}

std::optional<double> RowReader::real() {
  const auto* const value = next();
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (value->is_double()) return value->get_double();
  if (value->is_int64()) return static_cast<double>(value->get_int64());
  failed_ = true;
  return std::nullopt;
}

bool RowReader::ok() const { return !failed_ && position_ == columns_->size(); }

}  // namespace cw::graph
