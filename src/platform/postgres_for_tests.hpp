#pragma once

// An empty database of its own for a test on the server that CW_TEST_POSTGRES names (tools/servers), gone at the end
// of the scope. Where no server is named such tests are skipped and say so; on a build server that is a failure.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/postgres_connection.hpp"

namespace cw::platform {

inline std::string postgres_for_tests() {
  const char* const url = std::getenv("CW_TEST_POSTGRES");
  return url == nullptr ? "" : url;
}

// The cases of a suite that need the server; none without it.
template <class Case>
std::vector<Case> where_postgres_is(std::vector<Case> cases) {
  return postgres_for_tests().empty() ? std::vector<Case>{} : std::move(cases);
}

class TemporaryPostgres {
 public:
  TemporaryPostgres() : name_(fmt::format("cw_test_{}_{}", ::getpid(), next_number())) {
    on_server(fmt::format("CREATE DATABASE {} TEMPLATE template0", name_));
  }
  TemporaryPostgres(const TemporaryPostgres&) = delete;
  TemporaryPostgres& operator=(const TemporaryPostgres&) = delete;
  ~TemporaryPostgres() { on_server(fmt::format("DROP DATABASE {} WITH (FORCE)", name_)); }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string url() const {
    const auto server = postgres_for_tests();
    return server.substr(0, server.rfind('/') + 1) + name_;
  }

 private:
  static int next_number() {
    static int number = 0;
    return ++number;
  }

  static void on_server(const std::string& sql) {
    const auto server = PostgresConnection::open({.url = postgres_for_tests()});
    ASSERT_TRUE(server) << server.error().message;
    const auto done = (*server)->script(sql);
    ASSERT_TRUE(done) << done.error().message;
  }

  std::string name_;
};

// In the first lines of a test that needs the server.
#define CW_NEEDS_POSTGRES()                                                                  \
  if (cw::platform::postgres_for_tests().empty()) {                                          \
    if (const char* ci = std::getenv("CI"); ci != nullptr && std::string_view(ci) == "true") \
      FAIL() << "CW_TEST_POSTGRES names no server: use tools/servers run";                   \
    GTEST_SKIP() << "no PostgreSQL: run this under tools/servers run";                       \
  }

}  // namespace cw::platform
