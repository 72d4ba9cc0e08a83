// The texts that people read, whole: what changes here changes on the screen.

#include <gtest/gtest.h>

#include <algorithm>

#include "app/text/event_log.hpp"
#include "app/text/graph_text.hpp"
#include "app/text/live_trace.hpp"
#include "app/text/mtr_text.hpp"
#include "app/text/paint.hpp"
#include "app/text/ping_text.hpp"
#include "app/text/trace_text.hpp"

namespace cw::app {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

const Instant kStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

AddressFacts facts_of(const IpAddress& of) {
  if (of == address("192.168.1.1")) return {.address = of, .special = "Private-Use"};
  if (of == address("203.0.113.9")) return {.address = of, .asn = Asn{64500}, .as_name = "Example Transit"};
  return {.address = of, .asn = Asn{64501}};
}

Reply reply(std::string_view from, Duration rtt, int attempt = 1) {
  return {.from = address(from), .rtt = rtt, .icmp_type = 11, .reply_ttl = 57, .attempt = attempt};
}

Hop hop(int ttl, std::vector<Reply> replies, int sent = 1) {
  return {.ttl = Ttl{static_cast<std::uint8_t>(ttl)}, .sent = sent, .replies = std::move(replies)};
}

Measurement trace() {
  Measurement trace{.target = "www.example.net",
                    .address = address("192.0.2.7"),
                    .started_at = kStart,
                    .finished_at = kStart + milliseconds(412),
                    .status = Status::reached,
                    .stop_reason = StopReason::destination,
                    .probes_sent = 6};
  trace.hops = {hop(1, {reply("192.168.1.1", microseconds(412))}), hop(2, {}, 2),
                hop(3, {reply("203.0.113.9", microseconds(12'402))}),
                hop(4, {reply("192.0.2.7", microseconds(160'123))})};
  trace.hops[2].replies[0].mpls = {{.label = 24015, .bottom = true}};
  return trace;
}

TEST(TraceText, a_trace_is_a_line_a_hop_a_summary_and_its_networks) {
  AsPath as_path;
  as_path.networks = {{.asn = Asn{64500}, .name = "Example Transit", .gap = 2}, {.asn = Asn{64501}, .gap = 1}};
  EXPECT_EQ(trace_table(trace(), as_path, {.facts_of = facts_of}),
            "trace to www.example.net (192.0.2.7), icmp, flow 0\n"
            "  1  192.168.1.1         0.412 ms  Private-Use\n"
            "  2  * no answer\n"
            "  3  203.0.113.9        12.402 ms  AS64500 Example Transit  [MPLS 24015]\n"
            "  4  192.0.2.7           160.1 ms  AS64501\n"
            "reached 192.0.2.7 at hop 4 in 160.1 ms; 6 probes in 0.41 s\n"
            "note: The way back is about 8 hops long, the way there 4: the destination's answer came with TTL 57.\n"
            "networks: AS64500 Example Transit > ? > AS64501\n");
}

TEST(TraceText, without_a_table_no_networks_are_claimed) {
  const auto text = trace_table(trace(), std::nullopt, {});
  EXPECT_EQ(text.find("AS64"), std::string::npos);
  EXPECT_EQ(text.find("networks"), std::string::npos);
}

TEST(TraceText, every_end_of_a_trace_is_said_in_words) {
  auto ended = trace();
  ended.hops.pop_back();
  ended.status = Status::unreachable;
  ended.stop_reason = StopReason::icmp_host_unreachable;
  EXPECT_EQ(trace_summary(ended, {}),
            "unreachable: 203.0.113.9 says the host is unreachable (!H); 6 probes in 0.41 s\n");
  ended.stop_reason = StopReason::icmp_admin_prohibited;
  EXPECT_NE(trace_summary(ended, {}).find("(!X)"), std::string::npos);
  ended.status = Status::loop;
  EXPECT_NE(trace_summary(ended, {}).find("loop: 203.0.113.9 came again at hop 3"), std::string::npos);
  ended.status = Status::silent;
  ended.stop_reason = StopReason::gap_limit;
  EXPECT_NE(trace_summary(ended, {}).find("no answer after hop 3 (203.0.113.9)"), std::string::npos);
  ended.hops.clear();
  EXPECT_NE(trace_summary(ended, {}).find("no answer at all"), std::string::npos);
  ended.status = Status::failed;
  EXPECT_NE(trace_summary(ended, {}).find("failed"), std::string::npos);
}

TEST(TraceText, a_hop_that_answers_from_two_addresses_has_a_line_for_each) {
  const auto lines = hop_lines(hop(7, {reply("203.0.113.9", milliseconds(1)), reply("203.0.113.9", milliseconds(2), 2),
                                       reply("203.0.113.10", milliseconds(3), 2)}),
                               Family::v4, {});
  EXPECT_EQ(lines,
            "  7  203.0.113.9         1.000 ms\n"
            "     203.0.113.10        3.000 ms\n");
}

TEST(TraceText, names_from_outside_cannot_write_to_the_terminal) {
  auto hostile = trace();
  hostile.target = "a\x1b[2Jb";
  EXPECT_EQ(trace_heading(hostile, {}).find('\x1b'), std::string::npos);
  const auto text =
      hop_lines(hop(1, {reply("203.0.113.9", milliseconds(1))}), Family::v4, {.facts_of = [](const IpAddress& of) {
                  return AddressFacts{.address = of, .asn = Asn{1}, .as_name = "evil\n\x1b]0;name"};
                }});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
}

TEST(TraceText, colour_takes_no_columns_and_is_left_out_where_none_is_wanted) {
  const auto painted = paint(Colour::ansi, Ink::good, "answer");
  EXPECT_EQ(columns_of(painted), 6u);
  EXPECT_EQ(paint(Colour::none, Ink::good, "answer"), "answer");
  EXPECT_EQ(pad_right(painted, 8), painted + "  ");
  EXPECT_EQ(columns_of("… ü"), 3u);
  EXPECT_EQ(cut(painted + "xyz", 7), painted + "x");
  EXPECT_EQ(cut(painted, 2), "\x1b[32man\x1b[0m");
  EXPECT_EQ(columns_of("\x1b"), 0u);
}

Measurement mtr_of(std::vector<Hop> hops) {
  return {.kind = Kind::mtr,
          .target = "192.0.2.7",
          .address = address("192.0.2.7"),
          .status = Status::reached,
          .hops = std::move(hops)};
}

Hop answered_hop(int ttl, std::string_view from, int sent, int answered) {
  Hop row = hop(ttl, {}, sent);
  for (int i = 1; i <= answered; ++i) row.replies.push_back(reply(from, milliseconds(10), i));
  return row;
}

TEST(MtrText, loss_that_later_hops_do_not_show_is_a_router_that_limits_its_answers) {
  const auto text = mtr_table(mtr_of({answered_hop(1, "203.0.113.1", 100, 100), answered_hop(2, "203.0.113.2", 100, 40),
                                      answered_hop(3, "203.0.113.3", 100, 0), answered_hop(4, "203.0.113.4", 100, 80),
                                      answered_hop(5, "192.0.2.7", 100, 80)}),
                              {});
  const auto line = [&](int number) {
    std::size_t at = 0;
    for (int i = 0; i < number; ++i) at = text.find('\n', at) + 1;
    return text.substr(at, text.find('\n', at) - at);
  };
  EXPECT_NE(line(2).find("60.0%"), std::string::npos);
  EXPECT_NE(line(2).find("limits answers (40 of 100)"), std::string::npos);
  EXPECT_NE(line(3).find("* no answer"), std::string::npos);
  EXPECT_NE(line(4).find("loss begins here"), std::string::npos);
  EXPECT_NE(line(5).find("lost before"), std::string::npos);
}

TEST(MtrText, the_table_has_a_row_a_hop_and_one_for_each_further_address) {
  const std::vector<Hop> hops{
      hop(1, {reply("192.168.1.1", milliseconds(1)), reply("192.168.1.1", milliseconds(3), 2)}, 2), hop(2, {}, 2),
      hop(3, {reply("203.0.113.9", milliseconds(10)), reply("203.0.113.8", milliseconds(30), 2)}, 2),
      hop(4, {reply("192.0.2.7", milliseconds(20)), reply("192.0.2.7", milliseconds(20), 2)}, 2)};
  EXPECT_EQ(
      mtr_table(mtr_of(hops), {.facts_of = facts_of}),
      "hop  address            loss    sent    last     avg    best   worst   stdev  jitter  network\n"
      "  1  192.168.1.1        0.0%       2    3.00    2.00    1.00    3.00    1.41    2.00  Private-Use\n"
      "  2  * no answer                   2\n"
      "  3  203.0.113.8        0.0%       2   30.00   30.00   30.00   30.00    0.00    0.00  AS64501\n"
      "     203.0.113.9                       10.00   10.00   10.00   10.00    0.00    0.00  AS64500 Example Transit\n"
      "  4  192.0.2.7          0.0%       2   20.00   20.00   20.00   20.00    0.00    0.00  AS64501\n");
}

TEST(GraphText, an_interface_is_named_by_its_ttl_and_a_letter_and_says_where_flows_went_on) {
  PathGraph graph{.complete = true};
  graph.interfaces = {{.ttl = Ttl{1}, .address = address("203.0.113.1"), .flows = {0, 1, 2}},
                      {.ttl = Ttl{2}, .address = address("203.0.113.2"), .flows = {0}},
                      {.ttl = Ttl{2}, .address = address("203.0.113.3"), .flows = {1, 2}},
                      {.ttl = Ttl{3}, .address = std::nullopt, .flows = {0, 1, 2}}};
  graph.links = {{.from = 0, .to = 1, .flows = {0}}, {.from = 0, .to = 2, .flows = {1, 2}}};
  EXPECT_EQ(graph_text(graph, {}),
            "load-balanced paths: 3 interfaces, 2 links; with 95 % confidence no branch of a hop was missed\n"
            "    1a  203.0.113.1        3 flows  → 2a 2b\n"
            "    2a  203.0.113.2         1 flow\n"
            "    2b  203.0.113.3        2 flows\n"
            "    3a  * no answer        3 flows\n");
}

TEST(TraceText, what_was_joined_from_another_trace_says_so) {
  auto joined = hop(2, {});
  joined.inferred = InferredHop{.from = address("203.0.113.9"), .verified_at = kStart};
  const auto line = hop_lines(joined, Family::v4, {});
  EXPECT_NE(line.find("203.0.113.9"), std::string::npos);
  EXPECT_NE(line.find("inferred, seen at"), std::string::npos);
  EXPECT_EQ(line.find("ms"), std::string::npos);
}

TEST(PingText, answers_and_silence_have_a_line_each_and_a_sum) {
  const auto target = address("192.0.2.7");
  EXPECT_EQ(ping_line(probe::ReplyEvent{.reply = reply("192.0.2.7", microseconds(12'402))}, target, {}),
            "  1  192.0.2.7    12.402 ms  ttl 57\n");
  EXPECT_EQ(ping_line(probe::SilenceEvent{.attempt = 2}, target, {}), "  2  * no answer\n");
  EXPECT_NE(
      ping_line(probe::ReplyEvent{.reply = reply("203.0.113.9", milliseconds(1))}, target, {}).find("unreachable"),
      std::string::npos);
  Measurement ping{.kind = Kind::ping, .target = "www.example.net", .address = target};
  ping.hops = {hop(64,
                   {reply("192.0.2.7", milliseconds(10)), reply("192.0.2.7", milliseconds(14), 3),
                    reply("203.0.113.9", milliseconds(1), 4)},
                   4)};
  EXPECT_EQ(ping_summary(ping, {}),
            "www.example.net (192.0.2.7): 4 sent, 2 answered, 50.0% lost; 10.000 / 12.000 / 14.000 ms (best / median / "
            "worst)\n");
}

MeasurementRequest request() { return {.target = "192.0.2.7", .address = address("192.0.2.7")}; }

probe::ReplyEvent answer(int ttl, std::string_view from) {
  return {.ttl = Ttl{static_cast<std::uint8_t>(ttl)}, .reply = reply(from, milliseconds(ttl))};
}

// What a terminal would show: applies the escapes that LiveTrace uses.
std::vector<std::string> screen(const std::string& written) {
  std::vector<std::string> lines{""};
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] == '\n') {
      lines.emplace_back();
    } else if (written[i] == '\x1b' && written.substr(i, 3) == "\x1b[J") {
      i += 2;
    } else if (written[i] == '\x1b') {
      const auto end = written.find('F', i);
      const auto up = std::stoul(written.substr(i + 2, end - i - 2));
      EXPECT_LT(up, lines.size());
      lines.resize(lines.size() - up);
      lines.back().clear();
      i = end;
    } else {
      lines.back() += written[i];
    }
  }
  EXPECT_EQ(lines.back(), "");
  lines.pop_back();
  return lines;
}

TEST(LiveTrace, lines_come_in_order_whatever_the_order_of_answers) {
  LiveTrace live(request(), {}, {});
  auto written = live.begin() + live.on_event(answer(3, "203.0.113.3"));
  EXPECT_EQ(screen(written), (std::vector<std::string>{"trace to 192.0.2.7, icmp, flow 0", "  1  …", "  2  …",
                                                       "  3  203.0.113.3         3.000 ms"}));
  written += live.on_event(answer(1, "203.0.113.1"));
  written += live.on_event(answer(4, "192.0.2.7"));
  written += live.on_event(answer(5, "192.0.2.7"));
  EXPECT_EQ(screen(written),
            (std::vector<std::string>{"trace to 192.0.2.7, icmp, flow 0", "  1  203.0.113.1         1.000 ms", "  2  …",
                                      "  3  203.0.113.3         3.000 ms", "  4  192.0.2.7           4.000 ms"}));
  written += live.on_event(probe::SilenceEvent{.ttl = Ttl{2}, .attempt = 1});
  written += live.on_event(probe::SilenceEvent{.ttl = Ttl{2}, .attempt = 2});
  EXPECT_EQ(screen(written)[2], "  2  * no answer");
}

TEST(LiveTrace, at_the_end_the_screen_shows_what_the_result_says) {
  LiveTrace live(request(), {}, {});
  auto result = trace();
  result.target = "192.0.2.7";
  auto written = live.begin() + live.on_event(answer(4, "192.0.2.7"));
  written += live.on_event(probe::ReplyEvent{.ttl = Ttl{1}, .reply = result.hops[0].replies[0]});
  written += live.finish(result, std::nullopt);
  std::string shown;
  for (const auto& line : screen(written)) shown += line + "\n";
  EXPECT_EQ(shown, trace_table(result, std::nullopt, {}));
}

TEST(LiveTrace, no_line_is_wider_than_the_screen_while_it_may_be_drawn_again) {
  const auto wide = [](const IpAddress& of) {
    return AddressFacts{.address = of, .asn = Asn{1}, .as_name = std::string(90, 'x')};
  };
  LiveTrace live(request(), {.colour = Colour::ansi, .facts_of = wide}, {.columns = 40, .rows = 24});
  const auto written = live.on_event(answer(2, "203.0.113.2"));
  for (std::size_t at = 0; at < written.size();) {
    const auto end = written.find('\n', at);
    EXPECT_LT(columns_of(written.substr(at, end - at)), 40u);
    at = end + 1;
  }
}

TEST(EventLog, an_interrupted_run_has_a_result_out_of_what_was_seen) {
  EventLog log(request());
  log.add(answer(1, "203.0.113.1"));
  log.add(answer(3, "192.0.2.7"));
  log.add(answer(6, "192.0.2.7"));
  log.add(probe::SilenceEvent{.ttl = Ttl{2}, .attempt = 1});
  log.add(probe::RoundEvent{.round = 4});
  EXPECT_EQ(log.round(), 4);
  const auto result = log.result(kStart, kStart + milliseconds(5));
  EXPECT_EQ(result.status, Status::reached);
  ASSERT_EQ(result.hops.size(), 3u);
  EXPECT_EQ(result.hops[1].sent, 1);
  EXPECT_EQ(result.probes_sent, 3);
}

TEST(EventLog, a_late_answer_is_no_second_probe) {
  EventLog log(request());
  log.add(probe::SilenceEvent{.ttl = Ttl{2}, .attempt = 1});
  auto late = answer(2, "203.0.113.2");
  late.reply.late = true;
  log.add(late);
  EXPECT_EQ(log.hop(Ttl{2}).sent, 1);
}

}  // namespace
}  // namespace cw::app
