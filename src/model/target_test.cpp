#include "model/target.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace cw {
namespace {

TEST(Target, sources_have_the_names_of_the_json_contract) {
  const std::pair<TargetSource, const char*> names[] = {
      {TargetSource::static_list, "static"},
      {TargetSource::asn, "asn"},
      {TargetSource::dns, "dns"},
      {TargetSource::api, "api"},
      {TargetSource::discovery, "discovery"},
  };
  for (const auto& [source, name] : names) {
    EXPECT_EQ(to_string(source), name);
    EXPECT_EQ(parse_target_source(name).value(), source);
  }
  EXPECT_FALSE(parse_target_source("static_list"));
}

TEST(Target, states_have_names_and_unknown_ones_are_refused) {
  EXPECT_EQ(parse_target_state(to_string(TargetState::active)).value(), TargetState::active);
  EXPECT_EQ(parse_target_state(to_string(TargetState::paused)).value(), TargetState::paused);
  EXPECT_EQ(parse_target_state("pasued").error().message,
            "\"pasued\" is not a target state: did you mean paused? (active, paused)");
}

}  // namespace
}  // namespace cw
