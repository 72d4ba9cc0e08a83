#include "app/settings_loader.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace cw::app {
namespace {

std::filesystem::path cases() { return std::filesystem::path(CW_SOURCE_DIR) / "testdata/settings"; }

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Result<> load(const std::string& text, const std::string& name) {
  Settings settings;
  TRY(apply_settings_file(settings, text, name));
  return check_settings(settings);
}

// "# …" in the first line of a bad file: what the message must say.
std::string expected(const std::string& text) {
  return text.starts_with("# ") ? text.substr(2, text.find('\n') - 2) : "";
}

TEST(SettingsLoader, every_case_file_has_the_verdict_of_its_name) {
  int good = 0;
  int bad = 0;
  for (const auto& entry : std::filesystem::directory_iterator(cases())) {
    const auto name = entry.path().filename().string();
    const auto text = read(entry.path());
    const auto loaded = load(text, name);
    if (name.ends_with(".good.toml")) {
      EXPECT_TRUE(loaded) << name << ": " << loaded.error().message;
      ++good;
      continue;
    }
    ASSERT_TRUE(name.ends_with(".bad.toml")) << name;
    ++bad;
    ASSERT_FALSE(loaded) << name;
    EXPECT_EQ(loaded.error().kind, ErrorKind::invalid) << name;
    EXPECT_NE(loaded.error().message.find(expected(text)), std::string::npos) << name << ": " << loaded.error().message;
    EXPECT_EQ(loaded.error().message.find('\n'), std::string::npos) << name;
  }
  EXPECT_GE(good, 4);
  EXPECT_GE(bad, 18);
}

TEST(SettingsLoader, the_sample_file_loads_and_changes_nothing) {
  Settings settings;
  ASSERT_TRUE(apply_settings_file(settings, sample_settings_file(), "sample.toml"));
  for (const auto& row : settings_table()) EXPECT_EQ(settings.origin(row.key), SettingOrigin::standard) << row.key;
}

TEST(SettingsLoader, every_line_of_the_sample_file_is_valid_when_uncommented) {
  auto sample = sample_settings_file();
  std::string uncommented;
  std::size_t lines = 0;
  for (std::size_t at = 0; at < sample.size();) {
    const auto end = sample.find('\n', at);
    const auto line = sample.substr(at, end - at);
    at = end + 1;
    const bool is_setting = line.starts_with("# ") && line.find(" = ") != std::string::npos && line.find('.') != 1 &&
                            line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789", 2) == line.find(" = ");
    uncommented += (is_setting ? line.substr(2) : line) + "\n";
    lines += is_setting ? 1 : 0;
  }
  EXPECT_EQ(lines, settings_table().size());
  const auto loaded = load(uncommented, "sample.toml");
  EXPECT_TRUE(loaded) << loaded.error().message;
}

TEST(SettingsLoader, the_environment_wins_over_the_file_and_the_command_line_over_both) {
  const SettingSources sources{
      .file = (cases() / "everything.good.toml").string(),
      .environment = {"CYBERWATCH_LISTEN_PORT=81", "CYBERWATCH_VANTAGE_NAME=cellar", "HOME=/root"},
      .command_line = {{"listen.port", "82"}}};
  const auto settings = load_settings(sources);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->whole_number("listen.port"), 82);
  EXPECT_EQ(settings->origin("listen.port"), SettingOrigin::command_line);
  EXPECT_EQ(settings->text("vantage.name"), "cellar");
  EXPECT_EQ(settings->whole_number("probe.packets_per_second"), 100);
  EXPECT_EQ(settings->origin("probe.packets_per_second"), SettingOrigin::file);
}

TEST(SettingsLoader, the_environment_may_name_the_file) {
  const auto settings =
      load_settings({.environment = {"CYBERWATCH_CONFIG=" + (cases() / "minimal.good.toml").string()}});
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->text("vantage.name"), "attic");
}

TEST(SettingsLoader, a_mistyped_variable_is_refused_with_the_nearest_name) {
  Settings settings;
  const auto refused = apply_environment(settings, std::vector<std::string>{"CYBERWATCH_LISTEN_PROT=81"});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("did you mean CYBERWATCH_LISTEN_PORT?"), std::string::npos)
      << refused.error().message;
}

TEST(SettingsLoader, a_variable_that_is_like_no_setting_is_somebody_elses) {
  Settings settings;
  EXPECT_TRUE(apply_environment(settings, std::vector<std::string>{"CYBERWATCH_LAB=demo", "CYBERWATCH_=1"}));
}

TEST(SettingsLoader, a_missing_file_is_named) {
  const auto refused = load_settings({.file = "/nowhere/at/all.toml"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
  EXPECT_NE(refused.error().message.find("/nowhere/at/all.toml"), std::string::npos);
}

TEST(SettingsLoader, a_folder_is_no_settings_file) {
  const auto refused = load_settings({.file = cases().string()});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace cw::app
