#include "core/uuid.hpp"

#include <gtest/gtest.h>

#include <set>

namespace cw {
namespace {

using namespace std::chrono_literals;

// The example of RFC 9562, appendix A.6: 2022-02-22 14:22:22 in UTC-5.
constexpr const char* rfc_example = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
constexpr Instant rfc_example_time(1'645'557'742'000ms);

TEST(Uuid, reads_the_example_of_the_rfc_and_writes_it_back) {
  const auto uuid = Uuid::parse(rfc_example).value();
  EXPECT_EQ(uuid.to_string(), rfc_example);
  EXPECT_EQ(uuid.time(), rfc_example_time);
  EXPECT_EQ(Uuid::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F").value(), uuid);
}

TEST(Uuid, malformed_ids_are_refused) {
  for (const auto* text :
       {"", "017f22e2", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c073}",
        "017f22e2x79b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2-79b0-7cc3-98c4--c0c0c07398f", "017f22e2-79b0-7cc3-98c4-+c0c0c07398f"})
    EXPECT_FALSE(Uuid::parse(text)) << text;
}

TEST(Uuid, a_made_id_is_of_version_7_and_holds_its_millisecond) {
  Random random(1);
  const auto uuid = Uuid::make_v7(rfc_example_time + 999us, random);
  EXPECT_EQ(uuid.time(), rfc_example_time);
  EXPECT_EQ(uuid.bytes()[6] >> 4, 7);
  EXPECT_EQ(uuid.bytes()[8] >> 6, 2);
  EXPECT_FALSE(uuid.is_nil());
}

TEST(Uuid, ids_of_one_millisecond_differ) {
  Random random(1);
  std::set<Uuid> ids;
  for (int i = 0; i < 10'000; ++i) ids.insert(Uuid::make_v7(rfc_example_time, random));
  EXPECT_EQ(ids.size(), 10'000U);
}

TEST(Uuid, a_range_of_ids_is_a_range_of_time) {
  Random random(5);
  const auto first = Uuid::first_at(rfc_example_time);
  const auto next = Uuid::first_at(rfc_example_time + 1ms);
  EXPECT_EQ(first.to_string(), "017f22e2-79b0-7000-8000-000000000000");
  for (int i = 0; i < 1000; ++i) {
    const auto made = Uuid::make_v7(rfc_example_time, random);
    EXPECT_LE(first, made);
    EXPECT_LT(made, next);
  }
}

TEST(Uuid, the_default_is_nil) {
  EXPECT_TRUE(Uuid().is_nil());
  EXPECT_EQ(Uuid().to_string(), "00000000-0000-0000-0000-000000000000");
}

TEST(Uuid, times_out_of_reach_are_cut_to_what_fits) {
  EXPECT_EQ(Uuid::first_at(Instant(-1s)), Uuid::first_at(Instant()));
  EXPECT_GT(Uuid::parse("ffffffff-ffff-7fff-bfff-ffffffffffff").value().time(), rfc_example_time);
}

}  // namespace
}  // namespace cw
