#include "ports/graph/neo4j/query_reply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace cw::graph {
namespace {

using testing::HasSubstr;

Error error_of(int status, std::string_view body) {
  const auto reply = parse_query_reply(status, body);
  EXPECT_FALSE(reply) << body;
  return reply ? Error{} : reply.error();
}

std::string error_body(std::string_view code) {
  return R"({"errors":[{"code":")" + std::string(code) + R"(","message":"words"}]})";
}

TEST(QueryReply, gives_the_rows) {
  const auto rows =
      parse_query_reply(202, R"({"data":{"fields":["a","b"],"values":[[1,"x"],[2,null]]},"bookmarks":["FB:k"]})");
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 2u);
  RowReader row((*rows)[1]);
  EXPECT_EQ(row.integer(), 2);
  EXPECT_EQ(row.text(), "");
  EXPECT_TRUE(row.ok());
}

// As Neo4j 5.26 answers `UNWIND [1, 0] AS x RETURN 1/x`.
TEST(QueryReply, a_success_with_errors_in_its_body_is_an_error) {
  const auto error = error_of(202, R"({"data":{"fields":["1/x"],"values":[[1]]},"errors":[{"code":)"
                                   R"("Neo.ClientError.Statement.ArithmeticError","message":"/ by zero"}]})");
  EXPECT_EQ(error.kind, ErrorKind::internal);
  EXPECT_EQ(error.message, "Neo4j says: / by zero (Neo.ClientError.Statement.ArithmeticError)");
}

TEST(QueryReply, wrong_credentials_say_which_settings_to_check) {
  const auto error = error_of(401, error_body("Neo.ClientError.Security.Unauthorized"));
  EXPECT_EQ(error.kind, ErrorKind::unavailable);
  EXPECT_THAT(error.message, HasSubstr("check graph.user and graph.password_file"));
}

TEST(QueryReply, what_passes_by_itself_is_unavailable) {
  EXPECT_EQ(error_of(400, error_body("Neo.TransientError.Transaction.DeadlockDetected")).kind, ErrorKind::unavailable);
  EXPECT_EQ(error_of(429, error_body("Neo.ClientError.Security.AuthenticationRateLimit")).kind, ErrorKind::unavailable);
  EXPECT_EQ(error_of(500, error_body("Neo.DatabaseError.General.UnknownError")).kind, ErrorKind::unavailable);
  EXPECT_EQ(error_of(503, "try later").kind, ErrorKind::unavailable);
}

TEST(QueryReply, a_server_without_memory_is_exhausted_and_a_missing_database_not_found) {
  EXPECT_EQ(error_of(400, error_body("Neo.TransientError.General.MemoryPoolOutOfMemoryError")).kind,
            ErrorKind::exhausted);
  EXPECT_EQ(error_of(404, error_body("Neo.ClientError.Database.DatabaseNotFound")).kind, ErrorKind::not_found);
}

TEST(QueryReply, a_server_without_the_query_api_is_too_old) {
  const auto error = error_of(404, "<html>Not Found</html>");
  EXPECT_EQ(error.kind, ErrorKind::unsupported);
  EXPECT_THAT(error.message, HasSubstr("Neo4j 5.19 or later"));
}

TEST(QueryReply, a_body_that_is_cut_short_is_no_answer) {
  for (const auto* body : {"", "{", R"({"data":{"values":[[1]})", R"({"data":{"values":7}})", "[]", R"({"data":[]})"})
    EXPECT_EQ(error_of(202, body).kind, ErrorKind::unavailable) << body;
}

TEST(QueryReply, what_the_server_says_is_made_fit_for_one_line) {
  const auto error = error_of(400, R"({"errors":[{"code":"a\nb","message":"line one\nline \u001b[31mtwo"}]})");
  EXPECT_EQ(error.message.find('\n'), std::string::npos);
  EXPECT_EQ(error.message.find('\x1b'), std::string::npos);
  EXPECT_EQ(error_of(400, R"({"errors":["?"]})").kind, ErrorKind::internal);
}

TEST(RowReader, a_row_with_other_columns_than_asked_for_is_unreadable) {
  const auto reads = [](std::string_view text) {
    const auto value = boost::json::parse(text);
    RowReader row(value);
    row.number32();
    row.real();
    row.text();
    return row.ok();
  };
  EXPECT_TRUE(reads(R"([4294967295, 1.5, "x"])"));
  EXPECT_TRUE(reads(R"([0, null, null])"));
  EXPECT_TRUE(reads(R"([0, 3, ""])"));
  for (const auto* text : {"[]", "7", R"([4294967296, 1.5, "x"])", R"([-1, 1.5, "x"])", R"([1, "1.5", "x"])",
                           R"([1, 1.5, 1])", R"([1, 1.5, "x", 1])", R"([null, 1.5, "x"])"})
    EXPECT_FALSE(reads(text)) << text;
}

}  // namespace
}  // namespace cw::graph
