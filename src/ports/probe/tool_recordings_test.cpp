// The recordings of real programs in testdata/tools, each with the measurement that it is read as.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/text.hpp"
#include "formats/measurement_json.hpp"
#include "ports/probe/tool_prober.hpp"
#include "ports/probe/tool_run.hpp"
#include "ports/probe/tool_text.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

const std::string folder = CW_SOURCE_DIR "/testdata/tools/";

bool rewrites_golden_files() { return std::getenv("CW_UPDATE_GOLDEN") != nullptr; }

std::string contents_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// A line of cases.txt.
struct Case {
  std::string file;      // "mtr/mpls.txt"
  std::string scenario;  // empty: made by hand
  std::string asked;     // "trace icmp 203.0.113.1 attempts=1"
  std::string command;   // empty: made by hand

  [[nodiscard]] const Tool& tool() const { return *find_tool(file.substr(0, file.find('/'))); }
  [[nodiscard]] bool is_bad() const { return file.ends_with(".bad.txt"); }
};

std::vector<Case> cases() {
  std::vector<Case> found;
  const auto text = contents_of(folder + "cases.txt");
  for (const auto line : lines_of(text)) {
    if (line.starts_with('#') || line.empty()) continue;
    auto parts = split(line, '|');
    parts.resize(4);
    found.push_back({.file = std::string(trim(parts[0])),
                     .scenario = std::string(trim(parts[1])),
                     .asked = std::string(trim(parts[2])),
                     .command = std::string(trim(parts[3]))});
  }
  return found;
}

// The words behind the address are the options of the command line.
void set_option(MeasurementRequest& request, std::string_view name, int value) {
  if (name == "count") request.count = value;
  if (name == "attempts") request.attempts = value;
  if (name == "first-ttl") request.first_ttl = Ttl{static_cast<std::uint8_t>(value)};
  if (name == "max-ttl") request.max_ttl = Ttl{static_cast<std::uint8_t>(value)};
  if (name == "port") request.port = static_cast<std::uint16_t>(value);
  if (name == "dscp") request.dscp = static_cast<std::uint8_t>(value);
  if (name == "timeout") request.timeout = std::chrono::milliseconds(value);
  if (name == "interval") request.interval = std::chrono::milliseconds(value);
}

MeasurementRequest request_of(const Case& one) {
  const auto words = words_of(one.asked);
  MeasurementRequest request{.target = "recorded.example",
                             .address = IpAddress::parse(words.at(2)).value(),
                             .kind = parse_kind(words.at(0)).value(),
                             .method = parse_method(words.at(1)).value()};
  for (const auto word : std::span(words).subspan(3)) {
    const auto equals = word.find('=');
    set_option(request, word.substr(0, equals), parse_number<int>(word.substr(equals + 1)).value());
  }
  return request;
}

RunResult read(const Case& one) {
  const auto request = request_of(one);
  const platform::ProcessOutcome outcome{.output = contents_of(folder + one.file)};
  return read_run(one.tool(), {.request = request,
                               .outcome = outcome,
                               .started_at = parse_rfc3339("2026-11-22T10:00:00Z").value(),
                               .finished_at = parse_rfc3339("2026-11-22T10:00:05Z").value()});
}

// As a shell reads it.
std::string command_of_case(const Case& one) {
  std::string command;
  const auto run = command_of(one.tool(), request_of(one));
  for (const auto& word : run.arguments)
    command += fmt::format("{0}{1}{2}{1}", command.empty() ? "" : " ", word.contains(' ') ? "'" : "", word);
  return command;
}

void rewrite_commands() {
  const auto before = contents_of(folder + "cases.txt");
  std::string text;
  for (const auto line : lines_of(before))
    if (line.starts_with('#')) text += fmt::format("{}\n", line);
  for (const auto& one : cases())
    text += one.scenario.empty()
                ? fmt::format("{} | | {}\n", one.file, one.asked)
                : fmt::format("{} | {} | {} | {}\n", one.file, one.scenario, one.asked, command_of_case(one));
  std::ofstream(folder + "cases.txt") << text;
}

}  // namespace

TEST(ToolRecordings, were_made_with_the_commands_of_the_adapters) {
  if (rewrites_golden_files()) rewrite_commands();
  const auto all = cases();
  EXPECT_GT(all.size(), 50);
  for (const auto& one : all)
    if (!one.scenario.empty()) {
      EXPECT_EQ(one.command, command_of_case(one)) << one.file;
    }
}

TEST(ToolRecordings, are_read_as_the_measurements_beside_them) {
  for (const auto& one : cases()) {
    if (one.is_bad()) continue;
    const auto run = read(one);
    ASSERT_TRUE(run.measurement) << one.file << ": " << run.measurement.error().message;
    const auto json = formats::to_json(*run.measurement) + "\n";
    const auto path = folder + one.file.substr(0, one.file.rfind('.')) + ".json";
    if (rewrites_golden_files()) std::ofstream(path) << json;
    EXPECT_EQ(json, contents_of(path)) << path;
  }
}

TEST(ToolRecordings, what_is_nonsense_is_refused_in_one_line) {
  for (const auto& one : cases()) {
    if (!one.is_bad()) continue;
    const auto run = read(one);
    EXPECT_EQ(run.end, RunEnd::nonsense) << one.file;
    ASSERT_FALSE(run.measurement) << one.file;
    EXPECT_EQ(run.measurement.error().message.find('\n'), std::string::npos) << one.file;
  }
}

}  // namespace cw::probe
