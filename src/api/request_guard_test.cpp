#include "api/request_guard.hpp"

#include <gtest/gtest.h>

#include "api/api_test_node.hpp"

namespace cw::api {
namespace {

int status_with(const TestNode& node, std::string method, std::map<std::string, std::string> headers) {
  auto request = node.request(std::move(method), "/api/v1/targets", R"({"address":"11.0.0.9"})");
  for (auto& [name, value] : headers) request.headers.insert_or_assign(name, value);
  std::erase_if(request.headers, [](const auto& header) { return header.second == "-"; });
  return node.send(request).status;
}

TEST(RequestGuard, a_loopback_host_with_our_port_is_answered) {
  const TestNode node;
  for (const auto* host : {"localhost:8480", "LocalHost:8480", "127.0.0.1:8480", "127.9.9.9:8480", "[::1]:8480"})
    EXPECT_EQ(status_with(node, "GET", {{"host", host}}), 200) << host;
}

TEST(RequestGuard, a_name_that_was_made_to_point_here_is_misdirected) {
  const TestNode node;
  for (const auto* host :
       {"evil.example:8480", "localhost.evil.example:8480", "localhost:8481", "localhost", "", "192.168.1.1:8480",
        "127.0.0.1.evil.example:8480", "[::2]:8480", "localhost:8480:1", "@localhost:8480"}) {
    auto request = node.request("GET", "/api/v1/targets");
    request.headers["host"] = host;
    const auto response = node.send(request);
    EXPECT_EQ(response.status, 421) << host;
    EXPECT_EQ(problem_of(response), "misdirected-request");
  }
}

TEST(RequestGuard, the_page_and_the_metrics_are_guarded_too) {
  const TestNode node;
  for (const auto* path : {"/", "/metrics"}) {
    auto request = node.request("GET", path);
    request.headers["host"] = "evil.example:8480";
    EXPECT_EQ(node.send(request).status, 421) << path;
  }
}

TEST(RequestGuard, a_host_that_the_owner_named_is_answered) {
  ApiOptions options;
  options.named_hosts = {"node.lan:443"};
  const TestNode node(std::move(options));
  EXPECT_EQ(status_with(node, "GET", {{"host", "node.lan:443"}}), 200);
  EXPECT_EQ(status_with(node, "GET", {{"host", "node.lan:444"}}), 421);
}

TEST(RequestGuard, another_site_changes_nothing) {
  const TestNode node;
  for (const auto* origin : {"http://evil.example", "null", "http://localhost:9999", "https://localhost:8480"}) {
    EXPECT_EQ(status_with(node, "POST", {{"origin", origin}}), 403) << origin;
    EXPECT_EQ(status_with(node, "DELETE", {{"origin", origin}}), 403) << origin;
  }
  EXPECT_EQ(status_with(node, "POST", {{"sec-fetch-site", "cross-site"}}), 403);
  EXPECT_EQ(node.targets().count().value(), 0);
}

TEST(RequestGuard, our_own_page_and_programs_without_an_origin_may_change) {
  const TestNode node;
  EXPECT_EQ(status_with(node, "POST", {{"origin", "http://localhost:8480"}, {"sec-fetch-site", "same-origin"}}), 201);
  EXPECT_EQ(status_with(node, "POST", {}), 200);
}

TEST(RequestGuard, a_form_is_no_json) {
  const TestNode node;
  for (const auto* type : {"-", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"})
    EXPECT_EQ(status_with(node, "POST", {{"content-type", type}}), 415) << type;
  EXPECT_EQ(status_with(node, "POST", {{"content-type", "Application/JSON; charset=utf-8"}}), 201);
  EXPECT_EQ(status_with(node, "POST", {{"content-type", "application/merge-patch+json"}}), 415);
}

}  // namespace
}  // namespace cw::api
