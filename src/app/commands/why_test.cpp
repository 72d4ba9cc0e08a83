#include "app/commands/why.hpp"

#include <gtest/gtest.h>

#include "app/commands/commands.hpp"
#include "platform/temporary_folder.hpp"

namespace cw::app {
namespace {

TEST(WhyText, an_answer_is_told_line_by_line) {
  const auto text = why_text(
      R"({"address":"192.0.2.7","asn":64500,"as_name":"EXAMPLE","target":{"id":"1","name":"www.example.net",)"
      R"("source":"api","reason":"ours","labels":["web"],"kind":"trace","prober":null,"priority":5,"interval_s":900,)"
      R"("state":"active","first_seen":"2026-11-22T10:00:00.000000Z","last_measurement_at":null,)"
      R"("next_due_at":"2026-11-22T10:00:00.000000Z"},"policy":{"may_probe":true,"rule":"ordinary","prefix":null,)"
      R"("detail":"192.0.2.7 is ordinary space"},"timing":{"delay":"spacing","not_before":"2026-11-22T10:00:10.000000Z",)"
      R"("network":"192.0.2.0/24","last_begun_at":"2026-11-22T10:00:00.000000Z","network_last_begun_at":null,)"
      R"("destination_spacing_s":10,"network_spacing_s":1,"target_failures":2,"network_failures":0},"measurements":[{)"
      R"("id":"0198c0de-7a3c-7bbb-8ccc-0123456789ab","kind":"trace","target":"www.example.net","address":"192.0.2.7",)"
      R"("method":"icmp","prober":"native","vantage":"home","source_address":"198.51.100.1",)"
      R"("started_at":"2026-11-22T10:00:00.000000Z","finished_at":"2026-11-22T10:00:01.000000Z","status":"reached",)"
      R"("probes_sent":14,"job":{"source":"schedule","reason":"interval","rate_limit_per_minute":30,)"
      R"("max_concurrent_traceroutes":5}}],"refusals":[],"on_the_way_to":[],"looked_back":1000})");
  ASSERT_TRUE(text) << text.error().message;
  for (const auto* part : {"AS64500 EXAMPLE", "www.example.net (added by api: ours), labels web",
                           "trace every 900 s by the node's first", "last never", "may be probed (ordinary)",
                           "held up by spacing until 2026-11-22T10:00:10Z", "2 measurements in a row",
                           "reached by native from 198.51.100.1, 14 probes; schedule: interval; budget 30 a minute",
                           "not seen in the last 1000 measurements"})
    EXPECT_NE(text->find(part), std::string::npos) << part << "\n" << *text;
}

TEST(WhyText, what_is_no_such_answer_is_said_so) {
  for (const auto* json : {"", "[]", "{}", "{\"policy\":"}) EXPECT_FALSE(why_text(json)) << json;
  EXPECT_TRUE(why_text(R"({"policy":7})")) << "an answer with nothing in it is poor, but an answer";
}

TEST(WhyCommand, a_store_without_a_node_explains_the_policy) {
  const platform::TemporaryFolder folder;
  const SettingArguments arguments{.overrides = {{"store.url", (folder / "a.db").string()}}};
  testing::internal::CaptureStdout();
  const auto code = run(WhyCommand{.address = "192.168.1.1", .settings = arguments});
  const auto text = testing::internal::GetCapturedStdout();
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_NE(text.find("is not probed (special_use)"), std::string::npos) << text;
  EXPECT_EQ(run(WhyCommand{.address = "www.example.net", .settings = arguments}).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace cw::app
