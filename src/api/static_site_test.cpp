#include "api/static_site.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "api/api_test_node.hpp"
#include "platform/temporary_folder.hpp"

namespace cw::api {
namespace {

class StaticSiteTest : public testing::Test {
 protected:
  void write(std::string_view name, std::string_view text) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  void write_page() {
    write("index.html", "<!doctype html>");
    write("assets/app-1a2b3c4d.js", "run()");
    write("icon.svg", "<svg/>");
  }
  StaticSite load() { return StaticSite::load(folder_ / "").value(); }

  platform::TemporaryFolder folder_;
};

TEST_F(StaticSiteTest, files_have_their_type_and_what_is_named_by_hash_never_changes) {
  write_page();
  const auto site = load();
  const auto script = site.get("/assets/app-1a2b3c4d.js");
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(script.body, "run()");
  EXPECT_EQ(header_of(script, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header_of(script, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header_of(site.get("/icon.svg"), "Content-Type"), "image/svg+xml");
  EXPECT_EQ(header_of(site.get("/index.html"), "Cache-Control"), "no-cache");
}

TEST_F(StaticSiteTest, the_pages_own_routes_lead_to_the_page) {
  write_page();
  const auto site = load();
  for (const auto* path : {"/", "/targets", "/targets/12", "/looking-glass/"})
    EXPECT_EQ(site.get(path).body, "<!doctype html>") << path;
}

TEST_F(StaticSiteTest, nothing_outside_the_folder_is_served) {
  write_page();
  const auto site = load();
  for (const auto* path : {"/../secret.txt", "/assets/../../secret.txt", "/assets/missing.js", "//etc/passwd.txt"})
    EXPECT_EQ(site.get(path).status, 404) << path;
}

TEST_F(StaticSiteTest, only_the_node_itself_may_feed_the_page) {
  write_page();
  const auto policy = header_of(load().get("/"), "Content-Security-Policy");
  EXPECT_NE(policy.find("default-src 'self'"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
}

TEST_F(StaticSiteTest, a_folder_without_a_page_is_not_found) {
  const auto site = StaticSite::load(folder_ / "");
  ASSERT_FALSE(site);
  EXPECT_EQ(site.error().kind, ErrorKind::not_found);
  EXPECT_FALSE(StaticSite::load(folder_ / "missing"));
}

TEST_F(StaticSiteTest, the_api_serves_the_page_with_its_tag) {
  write_page();
  const TestNode node({}, load());
  const auto page = node.send("GET", "/targets");
  EXPECT_EQ(page.status, 200);
  auto again = node.request("GET", "/targets");
  again.headers["if-none-match"] = header_of(page, "ETag");
  EXPECT_EQ(node.send(again).status, 304);
}

TEST(StaticSite, a_node_without_a_page_says_how_to_get_one) {
  const TestNode node;
  const auto response = node.send("GET", "/");
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(response.body.find("script/build"), std::string::npos);
}

}  // namespace
}  // namespace cw::api
