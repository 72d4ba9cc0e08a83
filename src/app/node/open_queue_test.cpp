#include "app/node/open_queue.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <initializer_list>
#include <utility>

#include "platform/temporary_folder.hpp"

namespace cw::app {
namespace {

Settings settings_with(std::initializer_list<std::pair<std::string_view, std::string>> values) {
  Settings settings;
  for (const auto& [key, value] : values) EXPECT_TRUE(settings.set(key, value, SettingOrigin::file)) << key;
  return settings;
}

TEST(OpenQueue, jobs_are_in_the_store_until_a_server_is_named) {
  EXPECT_TRUE(jobs_are_in_store(Settings()));
  EXPECT_FALSE(jobs_are_in_store(settings_with({{"queue.url", "redis://127.0.0.1"}})));
}

TEST(OpenQueue, the_password_is_the_first_line_of_its_file) {
  const platform::TemporaryFolder folder;
  std::ofstream(folder / "password") << "s3cret with spaces\r\nmore\n";
  const auto options = redis_options(settings_with({{"queue.url", "rediss://node@cache.example.net/2"},
                                                    {"queue.password_file", (folder / "password").string()},
                                                    {"queue.ca_file", "/ca.pem"}}));
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->user, "node");
  EXPECT_EQ(options->password, "s3cret with spaces");
  EXPECT_EQ(options->database, 2);
  ASSERT_TRUE(options->server.tls);
  EXPECT_EQ(options->server.tls->ca, "/ca.pem");
}

TEST(OpenQueue, what_is_wrong_is_said_in_the_words_of_the_settings) {
  const auto refusal = [](std::initializer_list<std::pair<std::string_view, std::string>> values) {
    const auto options = redis_options(settings_with(values));
    EXPECT_FALSE(options);
    if (options) return std::string();
    EXPECT_EQ(options.error().kind, ErrorKind::invalid);
    return options.error().message;
  };
  EXPECT_NE(refusal({{"queue.url", "http://127.0.0.1"}}).find("queue.url"), std::string::npos);
  const auto with_password = refusal({{"queue.url", "redis://node:s3cret@127.0.0.1"}});
  EXPECT_NE(with_password.find("queue.password_file"), std::string::npos);
  EXPECT_EQ(with_password.find("s3cret"), std::string::npos);
  EXPECT_NE(refusal({{"queue.url", "redis://127.0.0.1"}, {"queue.password_file", "/nowhere/at/all"}})
                .find("queue.password_file"),
            std::string::npos);
  EXPECT_NE(refusal({{"queue.url", "redis://127.0.0.1"}, {"queue.ca_file", "/ca.pem"}}).find("rediss://"),
            std::string::npos);
}

}  // namespace
}  // namespace cw::app
