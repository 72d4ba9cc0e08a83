#include <gtest/gtest.h>

#include <algorithm>

#include <boost/json.hpp>
#include <fstream>

#include "app/commands/commands.hpp"
#include "app/local_table.hpp"
#include "app/node/node_api.hpp"
#include "app/node/node_client.hpp"
#include "app/node/target_list.hpp"
#include "app/presets.hpp"
#include "app/terminal.hpp"
#include "core/clock.hpp"
#include "platform/temporary_folder.hpp"

namespace cw::app {
namespace {

const Instant kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

class NodeBooksTest : public testing::Test {
 protected:
  NodeBooksTest() : clock_(kStart), routes_(empty_table()) {}

  void SetUp() override {
    auto stores = open_stores("sqlite::memory:", settings_, kStart);
    ASSERT_TRUE(stores) << stores.error().message;
    stores_ = *std::move(stores);
    api_ = make_bookkeeper(stores_, prober_, routes_, admission_, clock_, settings_, TargetSource::static_list);
    client_ = client_of(*api_);
  }

  Result<ImportResult> import(const std::vector<std::string>& sources, const TargetOptions& options = {}) {
    refused_.clear();
    return import_targets(
        sources, options,
        {.import = [&](const std::string& body) { return client_->call("POST", "/api/v1/targets/import", body); },
         .on_refused = [&](const std::string& message) { refused_.push_back(message); }});
  }

  ManualClock clock_;
  Settings settings_;
  Stores stores_;
  NoProber prober_;
  routing::RouteTables routes_;
  schedule::ProbeAdmission admission_;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<NodeClient> client_;
  std::vector<std::string> refused_;
};

TEST_F(NodeBooksTest, a_preset_becomes_static_targets_once) {
  const auto preset = find_preset("root-servers");
  const auto count = static_cast<std::int64_t>(preset->targets.size());
  const auto first = import({"root-servers"});
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->added, count);
  EXPECT_EQ(import({"root-servers"})->joined, count);
  const auto target = stores_.store->targets().by_address(IpAddress::parse("198.41.0.4").value());
  ASSERT_TRUE(target);
  EXPECT_EQ(target->name, "a.root-servers.net");
  EXPECT_EQ(target->source, TargetSource::static_list);
  EXPECT_FALSE(target->last_measurement_at);
}

TEST_F(NodeBooksTest, bad_lines_of_a_file_are_told_with_their_number_and_the_rest_is_taken) {
  const platform::TemporaryFolder folder;
  const auto file = (folder / "list.txt").string();
  {
    std::ofstream out(file);
    for (int i = 0; i < 250; ++i) out << "16.0.0." << i << "\n";
    out << "10.1.2.3\n# a comment\n16.0.1.1\n";
  }
  const auto result = import({file}, {.labels = {"mine"}, .interval_seconds = 60, .priority = 7});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->added, 251);
  EXPECT_EQ(result->refused, 1);
  ASSERT_EQ(refused_.size(), 1u);
  EXPECT_TRUE(refused_[0].starts_with(file + ":251: ")) << refused_[0];
  EXPECT_NE(refused_[0].find("Private-Use"), std::string::npos);
  const auto target = stores_.store->targets().by_address(IpAddress::parse("16.0.1.1").value());
  ASSERT_TRUE(target);
  EXPECT_EQ(target->labels, std::vector<std::string>{"mine"});
  EXPECT_EQ(target->interval, std::chrono::seconds(60));
  EXPECT_EQ(target->priority, 7);
}

TEST_F(NodeBooksTest, a_long_list_with_everything_wrong_in_it_is_taken_as_far_as_it_is_right) {
  const platform::TemporaryFolder folder;
  const auto file = (folder / "list.txt").string();
  {
    std::ofstream out(file, std::ios::binary);
    for (int i = 0; i < 20'000; ++i) {
      if (i % 10 == 0)
        out << "# " << i << "\n";
      else if (i % 10 == 1)
        out << "10.0." << i / 250 % 250 << "." << i % 250 << "\n";  // forbidden
      else if (i % 10 == 2)
        out << "16.0.0.1\n";  // a repeat
      else if (i % 1000 == 3)
        out << "not a name " << std::string(1000, 'x') << "\n";
      else
        out << "16.1." << i / 250 << "." << i % 250 << "  # ours\r\n";
    }
    out << std::string(5'000'000, 'y');  // a line that ends nowhere
  }
  const auto result = import({file});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->added, 20'000 - 2000 - 2000 - 2000 - 20 + 1);
  EXPECT_EQ(result->joined, 1999);
  EXPECT_EQ(result->refused, 2000 + 20 + 1);
  EXPECT_EQ(result->refused_by.at("target-forbidden"), 2000);
  EXPECT_EQ(result->refused_by.at("target-unresolvable"), 21);
  ASSERT_EQ(std::ssize(refused_), kMostRefusedTold + 1);
  EXPECT_TRUE(refused_[0].starts_with(file + ":2: ")) << refused_[0];
  EXPECT_NE(refused_.back().find("1021 lines more"), std::string::npos) << refused_.back();
  EXPECT_EQ(stores_.store->refusals().list({.limit = 10'000})->size(), 2000u);
}

TEST_F(NodeBooksTest, what_is_neither_file_nor_preset_is_refused_with_the_presets) {
  for (const auto* source : {"resolver", "/nowhere/at/all", "/proc"}) {
    const auto refused = import({source});
    ASSERT_FALSE(refused) << source;
    EXPECT_EQ(refused.error().kind, ErrorKind::not_found);
    EXPECT_NE(refused.error().message.find("resolvers, root-servers, large-networks"), std::string::npos);
  }
}

TEST_F(NodeBooksTest, problems_of_the_api_become_errors_that_a_command_can_act_on) {
  EXPECT_EQ(client_->call("POST", "/api/v1/targets", R"({"address":"192.168.1.1"})").error().kind,
            ErrorKind::forbidden);
  EXPECT_EQ(client_->call("POST", "/api/v1/targets", R"({"address":"1.2.3"})").error().kind, ErrorKind::invalid);
  EXPECT_EQ(client_->call("GET", "/api/v1/targets/77").error().kind, ErrorKind::not_found);
  EXPECT_TRUE(client_->call("GET", "/api/v1/targets?limit=500"));
  EXPECT_EQ(client_->call("GET", "/api/v1/targets?limit=none").error().kind, ErrorKind::invalid);
}

TEST_F(NodeBooksTest, an_api_without_a_node_measures_nothing) {
  EXPECT_EQ(client_->call("POST", "/api/v1/looking-glass/runs", R"({"target":"1.1.1.1"})").error().kind,
            ErrorKind::unavailable);
}

// The commands themselves, over a store of their own. What they print is captured from the process's stdout.
class NodeCommandTest : public testing::Test {
 protected:
  [[nodiscard]] SettingArguments settings() const {
    return {.overrides = {{"store.url", (folder_ / "a.db").string()}}};
  }

  template <class Record>
  std::pair<Result<ExitCode>, std::string> printed(const Record& command) {
    testing::internal::CaptureStdout();
    auto code = run(command);
    return {std::move(code), testing::internal::GetCapturedStdout()};
  }

  platform::TemporaryFolder folder_;
};

TEST_F(NodeCommandTest, listing_the_targets_of_a_store_that_is_not_there_makes_none) {
  const auto [code, text] = printed(TargetCommand{.action = TargetAction::list, .settings = settings()});
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(text, "");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.db"));
}

TEST_F(NodeCommandTest, targets_are_added_listed_and_removed) {
  const auto added =
      printed(TargetCommand{.action = TargetAction::add, .settings = settings(), .targets = {"1.1.1.1", "9.9.9.9"}});
  ASSERT_TRUE(added.first) << added.first.error().message;
  EXPECT_EQ(*added.first, ExitCode::done);
  const auto listed = printed(TargetCommand{.settings = settings(), .output = Output::json_lines});
  EXPECT_EQ(std::ranges::count(listed.second, '\n'), 2);
  const auto first = boost::json::parse(listed.second.substr(0, listed.second.find('\n')));
  EXPECT_EQ(first.at("address").as_string(), "1.1.1.1");
  EXPECT_EQ(first.at("source").as_string(), "static");
  EXPECT_EQ(
      *printed(TargetCommand{.action = TargetAction::remove, .settings = settings(), .targets = {"1.1.1.1"}}).first,
      ExitCode::done);
  EXPECT_EQ(
      *printed(TargetCommand{.action = TargetAction::remove, .settings = settings(), .targets = {"1.1.1.1"}}).first,
      ExitCode::failed);
  EXPECT_EQ(std::ranges::count(printed(TargetCommand{.settings = settings()}).second, '\n'), 1);
}

TEST_F(NodeCommandTest, one_target_that_is_refused_does_not_keep_out_the_others) {
  const auto added = printed(
      TargetCommand{.action = TargetAction::add, .settings = settings(), .targets = {"10.0.0.1", "1.2.3", "9.9.9.9"}});
  EXPECT_EQ(*added.first, ExitCode::failed);
  EXPECT_EQ(std::ranges::count(added.second, '\n'), 1);
}

TEST_F(NodeCommandTest, a_running_setting_is_changed_and_read_back) {
  const std::string key = "worker.rate_limit_per_minute";
  const auto before = printed(SettingsCommand{.action = SettingsAction::get, .settings = settings(), .key = key});
  EXPECT_EQ(before.second, "30\n");
  const auto changed =
      printed(SettingsCommand{.action = SettingsAction::set, .settings = settings(), .key = key, .value = "120"});
  ASSERT_TRUE(changed.first) << changed.first.error().message;
  const auto after = printed(SettingsCommand{.action = SettingsAction::get, .settings = settings(), .key = key});
  EXPECT_EQ(after.second, "120\n");
  const auto other = printed(SettingsCommand{
      .action = SettingsAction::get, .settings = settings(), .key = "worker.max_concurrent_traceroutes"});
  EXPECT_EQ(other.second, "5\n");
}

TEST_F(NodeCommandTest, a_setting_that_cannot_be_changed_so_is_refused) {
  const auto set = [&](std::string key, std::string value) {
    return run(SettingsCommand{
        .action = SettingsAction::set, .settings = settings(), .key = std::move(key), .value = std::move(value)});
  };
  EXPECT_EQ(set("worker.rate_limit_per_minute", "0").error().kind, ErrorKind::invalid);
  EXPECT_EQ(set("listen.port", "81").error().kind, ErrorKind::invalid);
  EXPECT_NE(set("worker.rate_limit_per_minut", "1").error().message.find("did you mean"), std::string::npos);
}

TEST_F(NodeCommandTest, every_setting_is_listed) {
  const auto listed = printed(SettingsCommand{.settings = settings(), .output = Output::json_lines});
  EXPECT_EQ(std::ranges::count(listed.second, '\n'), std::ssize(settings_table()));
}

TEST_F(NodeCommandTest, completion_knows_every_command_and_preset) {
  for (const auto shell : {Shell::bash, Shell::zsh, Shell::fish}) {
    const auto script = printed(CompletionCommand{shell}).second;
    for (const auto& command : outline_commands())
      EXPECT_NE(script.find(command.name.substr(command.name.find(' ') + 1)), std::string::npos) << command.name;
    EXPECT_NE(script.find("gap-limit"), std::string::npos);
  }
}

TEST_F(NodeCommandTest, a_lookup_answers_from_ianas_registry_without_any_table) {
  const SettingArguments no_table{.overrides = {{"data.ip_to_asn", "/nowhere/table"}}};
  const auto known =
      printed(LookupCommand{.subjects = {"192.168.1.1"}, .settings = no_table, .output = Output::json_lines});
  ASSERT_TRUE(known.first) << known.first.error().message;
  EXPECT_EQ(boost::json::parse(known.second).at("special").as_string(), "Private-Use");
  EXPECT_EQ(run(LookupCommand{.subjects = {"1.1.1.1"}, .settings = no_table}).error().kind, ErrorKind::unavailable);
  EXPECT_EQ(run(LookupCommand{.subjects = {"what"}, .settings = no_table}).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace cw::app
