#include "api/routes.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>
#include <tuple>

#include "api/api_test_node.hpp"
#include "api/openapi_document.hpp"
#include "model/settings.hpp"

namespace cw::api {
namespace {

using Operation = std::tuple<std::string, std::string, std::string, std::string>;  // method, path, id, summary

std::string upper(std::string_view text) {
  std::string raised(text);
  for (char& c : raised) c = static_cast<char>(std::toupper(c));
  return raised;
}

// Reads what the document lists under `paths`: its layout is our own, so indentation says what a line is.
std::set<Operation> documented_operations() {
  std::set<Operation> operations;
  std::string path;
  std::string method;
  std::string id;
  bool in_paths = false;
  for (const auto line : split(openapi_document(), '\n')) {
    const auto text = trim(line);
    const auto indent = line.find_first_not_of(' ');
    if (indent == 0) in_paths = text == "paths:";
    if (!in_paths || text.empty()) continue;
    if (indent == 2) path = text.substr(0, text.size() - 1);
    if (indent == 4) method = upper(text.substr(0, text.size() - 1));
    if (indent == 6 && text.starts_with("operationId: ")) id = text.substr(13);
    if (indent == 6 && text.starts_with("summary: "))
      operations.insert({method, path, id, std::string(text.substr(9))});
  }
  return operations;
}

TEST(Routes, the_table_and_the_document_agree_both_ways) {
  std::set<Operation> routed;
  for (const auto& row : route_table())
    routed.insert(
        {std::string(row.method), std::string(row.pattern), std::string(row.operation_id), std::string(row.summary)});
  EXPECT_EQ(routed.size(), route_table().size());
  EXPECT_EQ(routed, documented_operations());
}

TEST(Routes, every_problem_that_the_api_can_answer_is_documented) {
  for (const auto& row : problem_table()) {
    EXPECT_TRUE(openapi_document().find(fmt::format("{},", row.name)) != std::string_view::npos ||
                openapi_document().find(fmt::format("{}.", row.name)) != std::string_view::npos)
        << row.name;
  }
}

TEST(Routes, the_document_has_the_bounds_of_the_settings_table) {
  for (const auto& row : settings_table()) {
    if (row.scope != SettingScope::running) continue;
    const auto line = fmt::format("        {}: {{type: integer, minimum: {}, maximum: {}, default: {}}}\n",
                                  row.key.substr(row.key.find('.') + 1), row.least, row.most, row.standard);
    EXPECT_NE(openapi_document().find(line), std::string_view::npos) << line;
  }
  const auto* interval = find_setting("target.interval_seconds");
  EXPECT_NE(openapi_document().find(fmt::format("Interval: {{type: integer, minimum: {}, maximum: {}, default: {}}}",
                                                interval->least, interval->most, interval->standard)),
            std::string_view::npos);
}

TEST(Routes, the_document_is_served_as_it_is) {
  const TestNode node;
  const auto response = node.send("GET", "/api/v1/openapi.yaml");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "Content-Type"), "application/yaml");
  EXPECT_EQ(response.body, openapi_document());
}

TEST(Routes, a_path_that_is_none_is_not_found) {
  const TestNode node;
  for (const auto* path : {"/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/target", "/api/v1/targets/",
                           "/api/v1/targets/1/2", "/api/v1/measurements//hops", "/api/v2/targets"}) {
    const auto response = node.send("GET", path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(problem_of(response), "not-found");
  }
}

TEST(Routes, a_method_that_a_path_does_not_take_is_told_what_it_takes) {
  const TestNode node;
  const auto response = node.send("PUT", "/api/v1/targets/1", "{}");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header_of(response, "Allow"), "GET, PATCH, DELETE");
}

TEST(Routes, a_problem_names_the_request_and_its_id) {
  const TestNode node;
  auto problem = object_of(node.send("GET", "/api/v1/targets/77"));
  EXPECT_EQ(problem["status"], 404);
  EXPECT_EQ(problem["instance"], "/api/v1/targets/77");
  EXPECT_EQ(problem["request_id"], "request-1");
}

TEST(Routes, what_has_not_changed_is_not_sent_again) {
  const TestNode node;
  const auto first = node.send("GET", "/api/v1/targets");
  auto again = node.request("GET", "/api/v1/targets");
  again.headers["if-none-match"] = "\"other\", W/" + header_of(first, "ETag");
  const auto second = node.send(again);
  EXPECT_EQ(second.status, 304);
  EXPECT_EQ(second.body, "");
  node.send("POST", "/api/v1/targets", R"({"address":"11.0.0.1"})");
  EXPECT_EQ(node.send(again).status, 200);
}

TEST(Routes, every_answer_is_kept_from_sniffing_and_framing) {
  const TestNode node;
  for (const auto* path : {"/", "/api/v1/targets", "/api/v1/nothing", "/metrics"}) {
    const auto response = node.send("GET", path);
    EXPECT_EQ(header_of(response, "X-Content-Type-Options"), "nosniff") << path;
    EXPECT_EQ(header_of(response, "Referrer-Policy"), "no-referrer") << path;
    EXPECT_NE(header_of(response, "Content-Security-Policy").find("frame-ancestors 'none'"), std::string::npos) << path;
  }
}

// A store whose disk has failed, with an error that names what a client should not see.
class BrokenTargets final : public store::TargetStore {
 public:
  explicit BrokenTargets(Error error) : error_(std::move(error)) {}
  Result<Target> put(const Target&) override { return std::unexpected(error_); }
  Result<std::vector<Target>> put_all(const std::vector<Target>&) override { return std::unexpected(error_); }
  Result<Target> update(const Target&) override { return std::unexpected(error_); }
  Result<> remove(std::int64_t) override { return std::unexpected(error_); }
  Result<Target> by_id(std::int64_t) override { return std::unexpected(error_); }
  Result<Target> by_address(const IpAddress&) override { return std::unexpected(error_); }
  Result<std::vector<Target>> list(const store::TargetQuery&) override { return std::unexpected(error_); }
  Result<std::int64_t> count() override { return std::unexpected(error_); }
  Result<std::vector<Target>> due(Instant, int) override { return std::unexpected(error_); }

 private:
  Error error_;
};

TEST(Routes, a_store_that_fails_is_a_problem_without_its_inside) {
  TestNode node;
  for (const auto kind : {ErrorKind::internal, ErrorKind::unavailable, ErrorKind::exhausted}) {
    BrokenTargets broken({kind, "/var/lib/secret.db: SELECT failed"});
    Api api({.targets = broken,
             .measurements = node.measurements(),
             .refusals = node.refusals(),
             .settings = node.settings(),
             .queue = node.queue(),
             .prober = node.prober,
             .routes = node.routes,
             .admission = node.admission,
             .clock = node.clock,
             .resolve = {}},
            {});
    const auto response = api.handle(node.request("POST", "/api/v1/targets", R"({"address":"11.0.0.1"})"));
    EXPECT_EQ(response.status, kind == ErrorKind::internal ? 500 : 503);
    EXPECT_EQ(response.body.find("secret"), std::string::npos) << response.body;
    EXPECT_EQ(api.handle(node.request("GET", "/api/v1/health/ready")).status, 503);
    EXPECT_EQ(api.handle(node.request("GET", "/api/v1/health/live")).status, 200);
  }
}

}  // namespace
}  // namespace cw::api
