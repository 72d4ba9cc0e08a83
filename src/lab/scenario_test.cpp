#include "lab/scenario.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <ranges>
#include <string>

#include "lab/ground_truth.hpp"
#include "lab/test_packets.hpp"

namespace cw::lab::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::string_view least = R"([vantage]
v4 = "192.0.2.10"
router = "home"
[[router]]
name = "home"
asn = 64500
v4 = "192.0.2.1"
[[router]]
name = "edge"
v4 = "192.0.2.2"
[[link]]
a = "home"
b = "edge"
)";

std::string refusal(std::string_view more, std::string_view text = least) {
  const auto scenario = parse_scenario(std::string(text) + std::string(more), "x.toml");
  if (scenario) return "accepted";
  EXPECT_EQ(scenario.error().kind, ErrorKind::invalid);
  EXPECT_EQ(scenario.error().message.find('\n'), std::string::npos);
  return scenario.error().message;
}

TEST(Scenario, the_least_of_them_has_a_vantage_and_its_router) {
  const auto scenario = scenario_text(least);
  EXPECT_EQ(scenario.name, "test.toml");
  EXPECT_EQ(scenario.vantage.asn, Asn{64500});
  EXPECT_THAT(scenario.routers, SizeIs(2));
  EXPECT_EQ(scenario.links.at(0).delay, 1ms);
  EXPECT_EQ(scenario.links.at(0).delay_back, 1ms);
}

TEST(Scenario, a_key_that_does_not_exist_is_refused_with_its_line_and_the_nearest_name) {
  EXPECT_EQ(refusal("dely_ms = 5\n"), "x.toml:14: [[link]]: unknown key \"dely_ms\"; did you mean \"delay_ms\"?");
  EXPECT_EQ(refusal("", "nmae = \"x\"\n"), "x.toml:1: scenario: unknown key \"nmae\"; did you mean \"name\"?");
  EXPECT_THAT(refusal("[genrate]\n"), HasSubstr("did you mean \"generate\"?"));
}

TEST(Scenario, names_that_lead_nowhere_are_refused_with_the_nearest_one) {
  EXPECT_EQ(refusal("[[link]]\na = \"hme\"\nb = \"edge\"\n"),
            "x.toml:15: [[link]]: a names no router: \"hme\"; did you mean \"home\"?");
  EXPECT_THAT(refusal("[[host]]\naddress = \"203.0.113.1\"\n"), HasSubstr("router is missing"));
  EXPECT_THAT(refusal("[[change]]\nat = 1\nlink = [\"home\", \"home\"]\n"), HasSubstr("without a link"));
  EXPECT_THAT(refusal("[[change]]\nat = 1\nhost = \"203.0.113.1\"\n"), HasSubstr("names none"));
  EXPECT_THAT(refusal("[[change]]\nat = 1\n"), HasSubstr("what changes?"));
  EXPECT_THAT(refusal("[[change]]\nlink = [\"home\", \"edge\"]\n"), HasSubstr("at is missing"));
  EXPECT_THAT(refusal("[[route]]\nrouter = \"home\"\nprefix = \"203.0.113.0/24\"\n"), HasSubstr("via or action"));
}

TEST(Scenario, values_out_of_bounds_are_refused_with_the_bounds) {
  EXPECT_EQ(refusal("loss = 1.5\n"), "x.toml:14: [[link]]: loss must be a number from 0 to 1");
  EXPECT_THAT(refusal("delay_ms = -1\n"), HasSubstr("from 0 to 600000"));
  EXPECT_THAT(refusal("delay_ms = nan\n"), HasSubstr("from 0 to 600000"));
  EXPECT_THAT(refusal("delay_ms = \"5\"\n"), HasSubstr("must be a number"));
  EXPECT_THAT(refusal("cost = 1.5\n"), HasSubstr("whole number"));
  EXPECT_THAT(refusal("mtu = 20\n"), HasSubstr("at least 68"));
  EXPECT_THAT(refusal("up = 1\n"), HasSubstr("true or false"));
  EXPECT_THAT(refusal("a_v4 = \"2001:db8::1\"\n"), HasSubstr("must be an IPv4 address"));
  EXPECT_THAT(refusal("[[network]]\nprefix = \"203.0.113.1/24\"\nrouter = \"edge\"\n"), HasSubstr("203.0.113.0/24"));
  EXPECT_THAT(refusal("[[host]]\naddress = \"203.0.113.1\"\nrouter = \"edge\"\nbehaviour = \"sulks\"\n"),
              HasSubstr("must be one of answers, silent"));
  EXPECT_THAT(refusal("[[router]]\nname = \"x\"\nmpls = [1048576]\n"), HasSubstr("from 0 to 1048575"));
  EXPECT_THAT(refusal("[[router]]\nname = \"x\"\nasn = -1\n"), HasSubstr("AS number"));
  EXPECT_THAT(refusal("[generate]\ndestinations = 2000000\n"), HasSubstr("from 1 to 1048576"));
  EXPECT_THAT(refusal("[generate]\nhops = [16, 12]\n"), HasSubstr("least and most"));
  EXPECT_THAT(refusal("[generate]\nnetworks_v4 = \"203.0.113.0/24\"\n"), HasSubstr("no /24 for each"));
}

TEST(Scenario, an_address_or_name_belongs_to_one_owner) {
  EXPECT_THAT(refusal("[[router]]\nname = \"x\"\nv4 = \"192.0.2.1\"\n"), HasSubstr("somebody else"));
  EXPECT_THAT(refusal("[[router]]\nname = \"edge\"\n"), HasSubstr("taken by another router"));
  EXPECT_THAT(refusal("[[host]]\naddress = \"192.0.2.10\"\nrouter = \"edge\"\n"), HasSubstr("already"));
  EXPECT_THAT(refusal("[[network]]\nprefix = \"203.0.113.0/24\"\nrouter = \"edge\"\n"
                      "[[network]]\nprefix = \"203.0.113.0/24\"\nrouter = \"home\"\n"),
              HasSubstr("is there already"));
}

TEST(Scenario, what_is_no_toml_or_no_scenario_is_refused) {
  EXPECT_THAT(refusal("", "[vantage\n"), HasSubstr("x.toml:1: "));
  EXPECT_EQ(refusal("", ""), "x.toml: [vantage] is missing");
  EXPECT_THAT(refusal("[router]\nname = \"x\"\n", "[vantage]\n"), HasSubstr("x.toml:2: write [[router]]"));
  EXPECT_THAT(refusal("", "name = 2026-11-22\n"), HasSubstr("dates and times"));
  EXPECT_THAT(refusal("", "vantage = 3\n"), HasSubstr("write [vantage] once"));
  const auto missing = load_scenario("/nonexistent/home.toml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
}

TEST(Scenario, a_host_takes_router_and_network_from_the_prefix_around_it) {
  const auto scenario = scenario_text(std::string(least) + R"([[network]]
prefix = "203.0.113.0/24"
router = "edge"
asn = 64501
[[host]]
address = "203.0.113.7"
name = "seven"
)");
  const auto& host = scenario.networks.at(1);
  EXPECT_EQ(host.router, 1U);
  EXPECT_EQ(host.asn, Asn{64501});
  ASSERT_THAT(scenario.destinations, SizeIs(2));
  EXPECT_EQ(scenario.destinations[0].address, address("203.0.113.1"));
  EXPECT_EQ(scenario.destinations[1].name, "seven");
}

TEST(Scenario, a_share_of_a_network_is_always_the_same_addresses) {
  auto text = std::string(least) + R"([[network]]
prefix = "203.0.113.0/24"
router = "edge"
share = 0.5
absent = "host_unreachable"
)";
  Vantage vantage(scenario_text(text));
  int there = 0;
  for (int i = 0; i < 256; ++i) {
    const auto target = IpAddress::v4(0xcb007100U + static_cast<std::uint32_t>(i));
    const auto first = vantage.trace(target);
    EXPECT_EQ(vantage.trace(target), first);
    there += first.ends_with("!H") ? 0 : 1;
  }
  EXPECT_GT(there, 96);
  EXPECT_LT(there, 160);
}

// Every destination of every scenario of ours, with what its file promises.
TEST(Scenario, every_scenario_in_the_tree_is_what_its_packets_find) {
  std::size_t scenarios = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CW_SOURCE_DIR "/scenarios")) {
    if (entry.path().extension() != ".toml") continue;
    SCOPED_TRACE(entry.path().filename());
    ++scenarios;
    auto scenario = scenario_file(entry.path().stem().string());
    // Loss, limits and chance are not what this is about.
    scenario.vantage.access.loss = scenario.vantage.access.loss_back = 0;
    for (auto& traits : scenario.router_traits) {
      traits.replies_per_second = 0;
      traits.habits.respond = 1;
    }
    scenario.changes.clear();
    scenario.repeat_after = {};
    EXPECT_FALSE(scenario.destinations.empty());
    Vantage vantage(std::move(scenario));
    const auto& destinations = vantage.scenario().destinations;
    for (std::size_t i = 0; i < std::min<std::size_t>(destinations.size(), 40); ++i) {
      const auto target = destinations[i].address;
      auto truth = expected_path(vantage.internet(), target);
      const auto hops = static_cast<int>(truth.hops.size());
      std::vector<std::string> found;
      const auto trace = vantage.trace(target, 1, std::max(1, hops));
      for (const auto word : std::views::split(trace, ' ')) found.emplace_back(word.begin(), word.end());
      ASSERT_EQ(found.size(), truth.hops.size()) << trace << "\n" << truth.to_string();
      for (std::size_t hop = 0; hop < found.size(); ++hop) {
        const auto text = found[hop].substr(0, found[hop].find('!'));
        if (text == "*")
          EXPECT_TRUE(truth.hops[hop].may_be_silent) << trace << "\n" << truth.to_string();
        else
          EXPECT_THAT(truth.hops[hop].to_string(), HasSubstr(text)) << trace << "\n" << truth.to_string();
      }
    }
  }
  EXPECT_GE(scenarios, 15U);
}

}  // namespace
}  // namespace cw::lab::test
