#include "formats/path_notes.hpp"

#include <gtest/gtest.h>

#include "formats/format_examples.hpp"

namespace cw::formats {
namespace {

using namespace std::chrono_literals;
using enum PathNoteKind;

Reply from(std::string_view text) { return {.from = address(text), .rtt = 1ms, .icmp_type = 11, .quoted_ttl = 1}; }

Reply destination() { return {.from = address("192.0.2.7"), .rtt = 9ms}; }

// One reply a hop, from TTL 1 on.
Measurement path(std::vector<Reply> replies) {
  Measurement measurement = example_head(Kind::trace);
  for (Reply& reply : replies)
    measurement.hops.push_back(
        {.ttl = Ttl{static_cast<std::uint8_t>(measurement.hops.size() + 1)}, .sent = 1, .replies = {std::move(reply)}});
  return measurement;
}

TEST(PathNotes, an_ordinary_path_has_nothing_to_note) {
  EXPECT_EQ(path_notes(path({from("10.0.0.1"), from("10.0.0.2"), destination()})), std::vector<PathNote>{});
}

TEST(PathNotes, a_router_that_passes_on_ttl_zero_is_told_from_the_one_behind_it) {
  Reply early = from("10.0.0.3");
  early.quoted_ttl = 0;
  EXPECT_EQ(path_notes(path({from("10.0.0.1"), early, from("10.0.0.3"), destination()})),
            (std::vector<PathNote>{{.ttl = Ttl{2},
                                    .kind = zero_ttl_forwarding,
                                    .text = "The router at hop 2 does not show itself: it passes on packets whose TTL "
                                            "has run out, so 10.0.0.3 answers at hops 2 and 3 and stands at hop 3."}}));
}

TEST(PathNotes, a_quoted_ttl_of_zero_alone_is_no_proof) {
  Reply early = from("10.0.0.3");
  early.quoted_ttl = 0;
  EXPECT_TRUE(path_notes(path({early, from("10.0.0.4"), destination()})).empty());
}

TEST(PathNotes, translation_is_noted_once_where_it_is_first_seen) {
  Reply translated = from("10.0.0.2");
  translated.rewritten = true;
  EXPECT_EQ(path_notes(path({from("10.0.0.1"), translated, translated, destination()})),
            (std::vector<PathNote>{{.ttl = Ttl{2},
                                    .kind = address_translation,
                                    .text = "From hop 2 (10.0.0.2) on, probes arrive with other addresses or ports "
                                            "than they were sent with: they are translated on the way."}}));
}

TEST(PathNotes, a_rewritten_dscp_is_noted_and_congestion_bits_are_not) {
  Reply marked = from("10.0.0.2");
  marked.quoted_tos = 46 << 2 | 1;
  Reply rewritten = from("10.0.0.3");
  rewritten.quoted_tos = 0;
  Measurement measurement = path({from("10.0.0.1"), marked, rewritten, destination()});
  measurement.dscp = 46;
  EXPECT_EQ(path_notes(measurement),
            (std::vector<PathNote>{{.ttl = Ttl{3},
                                    .kind = dscp_rewritten,
                                    .text = "From hop 3 (10.0.0.3) on, probes arrive with DSCP 0 instead of 46."}}));
}

TEST(PathNotes, hops_whose_quoted_ttl_is_not_counted_down_are_inside_a_tunnel) {
  Reply inside = from("10.0.0.2");
  inside.quoted_ttl = 2;
  Reply deeper = from("10.0.0.3");
  deeper.quoted_ttl = 3;
  EXPECT_EQ(path_notes(path({from("10.0.0.1"), inside, deeper, from("10.0.0.4"), destination()})),
            (std::vector<PathNote>{{.ttl = Ttl{2},
                                    .kind = hidden_tunnel,
                                    .text = "Hops 2 to 3 are inside a tunnel that does not show its labels: the TTL of "
                                            "probes is not counted down there."}}));
}

TEST(PathNotes, a_tunnel_that_shows_its_labels_hides_nothing) {
  Reply inside = from("10.0.0.2");
  inside.quoted_ttl = 2;
  inside.mpls = {{.label = 24015, .bottom = true, .ttl = 1}};
  EXPECT_TRUE(path_notes(path({from("10.0.0.1"), inside, destination()})).empty());
}

TEST(PathNotes, the_destination_s_own_refusal_quotes_any_ttl) {
  Reply refusal = destination();
  refusal.icmp_type = 3;
  refusal.icmp_code = 3;
  refusal.quoted_ttl = 7;
  EXPECT_TRUE(path_notes(path({from("10.0.0.1"), refusal})).empty());
}

TEST(PathNotes, an_address_that_comes_again_is_a_loop) {
  Measurement measurement = path({from("10.0.0.1"), from("10.0.0.2"), from("10.0.0.1")});
  measurement.status = Status::loop;
  EXPECT_EQ(
      path_notes(measurement),
      (std::vector<PathNote>{
          {.ttl = Ttl{3}, .kind = loop, .text = "10.0.0.1 answers at hop 1 and again at hop 3: packets go round."}}));
}

TEST(PathNotes, an_address_at_two_hops_in_a_row_is_no_loop) {
  EXPECT_TRUE(path_notes(path({from("10.0.0.1"), from("10.0.0.1"), from("10.0.0.1"), destination()})).empty());
}

TEST(PathNotes, limits_of_the_packet_size_are_told_with_who_said_so) {
  Measurement measurement = path({from("10.0.0.1"), from("10.0.0.2"), destination()});
  measurement.path_mtu = PathMtu{.mtu = 1300,
                                 .limits = {{.ttl = Ttl{0}, .from = std::nullopt, .mtu = 1492},
                                            {.ttl = Ttl{1}, .from = address("10.0.0.1"), .mtu = 1400},
                                            {.ttl = Ttl{2}, .from = std::nullopt, .mtu = 1300}}};
  const auto notes = path_notes(measurement);
  ASSERT_EQ(notes.size(), 3U);
  EXPECT_EQ(notes[0].text, "Our own link carries packets of up to 1492 bytes only.");
  EXPECT_EQ(notes[1].text, "Behind hop 1 (10.0.0.1) the path carries packets of up to 1400 bytes only.");
  EXPECT_EQ(notes[2].text, "Packets of more than 1300 bytes vanish behind hop 2, and nobody says so.");
  EXPECT_EQ(notes[2].kind, mtu_limit);
}

TEST(PathNotes, a_search_for_the_mtu_that_was_cut_short_is_told_as_such) {
  Measurement measurement = path({from("10.0.0.1"), destination()});
  measurement.prober = "native";
  measurement.path_mtu = PathMtu{.mtu = 1280, .limits = {{.ttl = Ttl{0}, .from = std::nullopt, .mtu = 1500}}};
  EXPECT_TRUE(path_mtu_is_lower_bound(measurement));
  EXPECT_EQ(
      path_notes(measurement).front().text,
      "Packets of 1280 bytes reach the destination. Whether larger ones do is not known: its answers are limited, "
      "and ended before that was found out.");
  measurement.path_mtu->mtu = 1500;
  EXPECT_FALSE(path_mtu_is_lower_bound(measurement));
  measurement.path_mtu = PathMtu{.mtu = 9216, .limits = {}};
  EXPECT_FALSE(path_mtu_is_lower_bound(measurement));
}

TEST(PathNotes, a_router_that_names_its_mtu_unasked_is_believed) {
  Reply too_big = from("10.0.0.2");
  too_big.icmp_type = 3;
  too_big.icmp_code = 4;
  too_big.next_hop_mtu = 1400;
  EXPECT_EQ(path_notes(path({from("10.0.0.1"), too_big})).front().kind, mtu_limit);
}

TEST(PathNotes, a_destination_that_answers_from_another_address_is_named) {
  Reply other = from("192.0.2.9");
  other.icmp_type = 3;
  other.icmp_code = 3;
  EXPECT_EQ(path_notes(path({from("10.0.0.1"), other})),
            (std::vector<PathNote>{{.ttl = Ttl{2},
                                    .kind = other_address,
                                    .text = "The destination 192.0.2.7 answered from another address, 192.0.2.9."}}));
}

// Sent with 64, 128 or 255: what arrives with 119 crossed nine routers, ten hops.
TEST(PathNotes, the_way_back_is_estimated_from_the_ttl_that_is_left) {
  Reply answer = destination();
  answer.reply_ttl = 119;
  EXPECT_EQ(path_notes(path({from("10.0.0.1"), from("10.0.0.2"), answer})),
            (std::vector<PathNote>{{.ttl = Ttl{3},
                                    .kind = asymmetric_return,
                                    .text = "The way back is about 10 hops long, the way there 3: the destination's "
                                            "answer came with TTL 119."}}));
}

TEST(PathNotes, a_way_back_as_long_as_the_way_there_is_no_note) {
  Reply answer = destination();
  for (const int ttl : {61, 62, 63, 126, 253}) {
    answer.reply_ttl = static_cast<std::uint8_t>(ttl);
    EXPECT_TRUE(path_notes(path({from("10.0.0.1"), from("10.0.0.2"), answer})).empty()) << ttl;
  }
}

TEST(PathNotes, a_first_ttl_that_no_host_uses_is_not_guessed_at) {
  Reply answer = destination();
  answer.reply_ttl = 66;
  EXPECT_TRUE(path_notes(path({from("10.0.0.1"), answer})).empty());
}

TEST(PathNotes, late_and_duplicate_replies_say_nothing) {
  Reply late = from("10.0.0.2");
  late.rewritten = late.late = true;
  Reply duplicate = late;
  duplicate.late = false;
  duplicate.duplicate = true;
  EXPECT_TRUE(path_notes(path({late, duplicate, destination()})).empty());
}

TEST(PathNotes, a_ping_has_none) {
  Measurement measurement = example_ping();
  EXPECT_TRUE(path_notes(measurement).empty());
}

}  // namespace
}  // namespace cw::formats
