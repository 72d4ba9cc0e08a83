#include "ports/probe/scamper/scamper_control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace cw::probe {
namespace {

using testing::HasSubstr;

std::string session(std::string_view name) {
  const auto path = std::filesystem::path(CW_SOURCE_DIR) / "testdata/tools/scamper" / name;
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

// "OK MORE DATA OK#1 MORE ERR"
std::string summary(const std::vector<ControlMessage>& messages) {
  std::string text;
  for (const auto& message : messages) {
    if (!text.empty()) text += ' ';
    if (std::holds_alternative<ControlDone>(message)) text += "OK";
    if (std::holds_alternative<ControlReady>(message)) text += "MORE";
    if (std::holds_alternative<ControlRefused>(message)) text += "ERR";
    if (const auto* accepted = std::get_if<ControlAccepted>(&message)) text += "OK#" + std::to_string(accepted->id);
    if (const auto* data = std::get_if<ControlData>(&message)) {
      text += "DATA";
      if (data->id) text += "#" + std::to_string(*data->id);
      if (data->in_progress) text += "+";
    }
  }
  return text;
}

TEST(ScamperControl, a_session_of_the_old_version_has_results_without_numbers) {
  ControlParser parser;
  const auto messages = parser.take(session("control_20211212.session"));
  ASSERT_TRUE(messages) << messages.error().message;
  EXPECT_EQ(summary(*messages), "OK MORE DATA OK#1 MORE DATA OK#2 MORE ERR OK#3 MORE OK DATA DATA");
  for (const auto& message : *messages)
    if (const auto* data = std::get_if<ControlData>(&message)) {
      EXPECT_THAT(data->payload, testing::StartsWith("{"));
      EXPECT_THAT(data->payload, testing::EndsWith("}\n"));
    }
}

TEST(ScamperControl, a_session_of_a_newer_version_says_whose_result_it_is) {
  ControlParser parser;
  const auto messages = parser.take(session("control_newer.session"));
  ASSERT_TRUE(messages) << messages.error().message;
  EXPECT_EQ(summary(*messages), "OK MORE DATA OK#1 MORE OK#2 MORE DATA#1+ ERR DATA#2 MORE DATA#1 MORE");
}

TEST(ScamperControl, a_recorded_session_of_a_newer_version_is_read_the_same) {
  ControlParser parser;
  const auto messages = parser.take(session("control_20260420.session"));
  ASSERT_TRUE(messages) << messages.error().message;
  EXPECT_EQ(summary(*messages), "OK MORE DATA OK#1 MORE DATA#1 OK#2 MORE DATA#2 ERR OK#3 MORE OK DATA#3 OK DATA");
}

TEST(ScamperControl, the_pieces_do_not_matter) {
  const auto text = session("control_20211212.session");
  ControlParser at_once;
  const auto expected = at_once.take(text).value();
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 64U, 1000U}) {
    ControlParser parser;
    std::vector<ControlMessage> messages;
    for (std::size_t i = 0; i < text.size(); i += piece) {
      auto taken = parser.take(text.substr(i, piece)).value();
      std::ranges::move(taken, std::back_inserter(messages));
    }
    EXPECT_EQ(messages, expected) << piece;
  }
}

TEST(ScamperControl, a_result_may_hold_what_looks_like_a_line) {
  ControlParser parser;
  const auto messages = parser.take("DATA 10\nMORE\nOK 1\nMORE\n");
  ASSERT_TRUE(messages);
  EXPECT_EQ(*messages, (std::vector<ControlMessage>{ControlData{.payload = "MORE\nOK 1\n"}, ControlReady{}}));
}

TEST(ScamperControl, nonsense_is_said_and_not_guessed_at) {
  for (const auto* bad : {"HTTP/1.1 400 Bad Request\n", "DATA\n", "DATA -1\n", "DATA x\n", "DATA 16777217\n"}) {
    ControlParser parser;
    const auto messages = parser.take(bad);
    ASSERT_FALSE(messages) << bad;
    EXPECT_EQ(messages.error().kind, ErrorKind::invalid);
    EXPECT_THAT(messages.error().message, HasSubstr("scamper's control socket said"));
  }
  ControlParser parser;
  EXPECT_FALSE(parser.take(std::string(ControlParser::most_line_bytes + 1, 'x')));
}

}  // namespace
}  // namespace cw::probe
