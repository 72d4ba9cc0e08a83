#include "core/result.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace cw {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(ErrorKind::invalid, "the number is odd");
  return number / 2;
}

Result<int> quarter(int number) {
  const int once = TRY(half(number));
  return half(once);
}

TEST(Result, try_gives_the_value_or_passes_the_error_on) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message, "the number is odd");
  EXPECT_EQ(quarter(7).error().kind, ErrorKind::invalid);
}

TEST(Result, try_moves_a_value_that_cannot_be_copied) {
  const auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(3); };
  const auto use = [&]() -> Result<int> {
    const auto owned = TRY(make());
    return *owned;
  };
  EXPECT_EQ(use().value(), 3);
}

TEST(Result, an_error_gains_context_and_keeps_its_kind) {
  const Result<> failed = fail("cannot open the store", Error{ErrorKind::exhausted, "disk is full"});
  EXPECT_EQ(failed.error().message, "cannot open the store: disk is full");
  EXPECT_EQ(failed.error().kind, ErrorKind::exhausted);
}

TEST(Result, every_kind_has_its_name) {
  EXPECT_EQ(to_string(ErrorKind::invalid), "invalid");
  EXPECT_EQ(to_string(ErrorKind::not_found), "not_found");
  EXPECT_EQ(to_string(ErrorKind::conflict), "conflict");
  EXPECT_EQ(to_string(ErrorKind::forbidden), "forbidden");
  EXPECT_EQ(to_string(ErrorKind::exhausted), "exhausted");
  EXPECT_EQ(to_string(ErrorKind::unavailable), "unavailable");
  EXPECT_EQ(to_string(ErrorKind::unsupported), "unsupported");
  EXPECT_EQ(to_string(ErrorKind::cancelled), "cancelled");
  EXPECT_EQ(to_string(ErrorKind::internal), "internal");
}

}  // namespace
}  // namespace cw
