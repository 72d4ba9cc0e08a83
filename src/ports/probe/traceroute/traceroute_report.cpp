#include "ports/probe/traceroute/traceroute_report.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "ports/probe/tool_text.hpp"

namespace cw::probe {
namespace {

constexpr std::size_t most_labels = 64;
constexpr int most_attempts = 10;
constexpr std::uint32_t largest_label = (1U << 20) - 1;

std::unexpected<Error> nonsense(std::string_view word) {
  return fail(ErrorKind::invalid, fmt::format("traceroute has no \"{}\"", printable(word, 40)));
}

// "L=24015,E=0,S=1,T=1"
Result<MplsLabel> parse_label(std::string_view text) {
  const auto label = number_after<std::uint32_t>(text, "L=");
  const auto traffic_class = number_after<std::uint8_t>(text, "E=");
  const auto bottom = number_after<std::uint8_t>(text, "S=");
  const auto ttl = number_after<std::uint8_t>(text, "T=");
  if (!label || *label > largest_label || !traffic_class || *traffic_class > 7 || !bottom || *bottom > 1 || !ttl)
    return nonsense(text);
  return MplsLabel{.label = *label, .traffic_class = *traffic_class, .bottom = *bottom == 1, .ttl = *ttl};
}

// "MPLS:L=24016,E=0,S=0,T=1/L=300,E=0,S=1,T=1"
Result<std::vector<MplsLabel>> parse_labels(std::string_view text) {
  std::vector<MplsLabel> labels;
  for (const auto part : split(text, '/')) {
    labels.push_back(TRY(parse_label(part)));
    if (labels.size() > most_labels) return nonsense(text);
  }
  return labels;
}

// "syn,ack", with what else the answer had
std::optional<std::uint8_t> parse_tcp_flags(std::string_view text) {
  constexpr std::array<std::string_view, 8> names{"fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"};
  std::uint8_t flags = 0;
  for (const auto word : split(text, ',')) {
    const auto name = std::ranges::find(names, word);
    if (name != names.end()) flags = static_cast<std::uint8_t>(flags | (1U << (name - names.begin())));
  }
  return flags == 0 ? std::nullopt : std::optional(flags);
}

// One line behind its TTL.
class HopLine {
 public:
  HopLine(Ttl ttl, std::vector<TracerouteProbe>& probes) : ttl_(ttl), probes_(probes) {}

  Result<> read(std::span<const std::string_view> words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto word = words[i];
      if (i + 1 < words.size() && words[i + 1] == "ms") {
        TRY(answered(word));
        ++i;
      } else {
        TRY(read_word(word));
      }
      if (attempt_ > most_attempts) return nonsense(word);
    }
    return {};
  }

 private:
  Result<> read_word(std::string_view word) {
    if (word == "*") return silent();
    if (word.starts_with('!')) return marked(word);
    if (word.starts_with('<') && word.ends_with('>')) return extended(word.substr(1, word.size() - 2));
    if (word.starts_with('[') || word.starts_with('\'')) return {};  // networks of -A, distances of --back
    const auto address = parse_printed_address(word);
    if (!address) return nonsense(word);
    from_ = address;
    mpls_.clear();
    tcp_flags_.reset();
    return {};
  }

  Result<> silent() {
    probes_.push_back({.ttl = ttl_, .attempt = ++attempt_});
    return {};
  }

  Result<> answered(std::string_view time) {
    if (!from_) return nonsense(time);
    const auto rtt = TRY(parse_milliseconds(time));
    probes_.push_back(
        {.ttl = ttl_, .attempt = ++attempt_, .from = from_, .rtt = rtt, .mpls = mpls_, .tcp_flags = tcp_flags_});
    return {};
  }

  // Of the answer before it.
  Result<> marked(std::string_view mark) {
    if (attempt_ == 0 || !probes_.back().from) return nonsense(mark);
    TRY(read_mark(mark, probes_.back().from->family()));
    probes_.back().mark = mark;
    return {};
  }

  // Of the address before it. Extensions that we do not know are passed over.
  Result<> extended(std::string_view text) {
    if (!from_) return nonsense(text);
    for (const auto part : split(text, ';')) {
      if (part.starts_with("MPLS:")) mpls_ = TRY(parse_labels(part.substr(5)));
      if (const auto flags = parse_tcp_flags(part)) tcp_flags_ = flags;
    }
    return {};
  }

  Ttl ttl_;
  std::vector<TracerouteProbe>& probes_;
  int attempt_ = 0;
  std::optional<IpAddress> from_;
  std::vector<MplsLabel> mpls_;
  std::optional<std::uint8_t> tcp_flags_;
};

}  // namespace

Result<std::vector<TracerouteProbe>> parse_traceroute(std::string_view text) {
  std::vector<TracerouteProbe> probes;
  bool begun = false;
  Ttl last;
  for (const auto line : lines_of(text)) {
    if (!begun) {
      if (!line.starts_with("traceroute to ")) return nonsense(line);
      begun = true;
      continue;
    }
    const auto words = words_of(line);
    if (words.empty()) continue;
    const auto ttl = parse_number<std::uint8_t>(words[0]);
    if (!ttl || Ttl{*ttl} <= last) return nonsense(line);
    last = Ttl{*ttl};
    TRY(HopLine(last, probes).read(std::span(words).subspan(1)));
  }
  if (probes.empty()) return fail(ErrorKind::invalid, "traceroute says nothing of any probe");
  return probes;
}

Result<TracerouteMark> read_mark(std::string_view mark, Family family) {
  struct Named {
    std::string_view mark;
    std::uint8_t v4_code;
    std::uint8_t v6_code;
  };
  // Codes of "destination unreachable", RFC 1812, 5.2.7.1 and RFC 4443, 3.1. !X stands for several: the common one.
  constexpr std::array named{Named{"!N", 0, 0},  Named{"!H", 1, 3},  Named{"!P", 2, 4}, Named{"!S", 5, 2},
                             Named{"!X", 13, 1}, Named{"!V", 14, 1}, Named{"!C", 15, 1}};
  const bool is_v4 = family == Family::v4;
  const std::uint8_t unreachable = is_v4 ? 3 : 1;
  for (const auto& one : named)
    if (one.mark == mark)
      return TracerouteMark{.icmp_type = unreachable, .icmp_code = is_v4 ? one.v4_code : one.v6_code};
  if (mark.starts_with("!F")) {
    const auto mtu = number_after<std::uint16_t>(mark, "!F-");
    if (!mtu && mark != "!F") return nonsense(mark);
    return TracerouteMark{.icmp_type = is_v4 ? std::uint8_t{3} : std::uint8_t{2},
                          .icmp_code = is_v4 ? std::uint8_t{4} : std::uint8_t{0},
                          .mtu = mtu};
  }
  if (!mark.starts_with("!<") || !mark.ends_with('>')) return nonsense(mark);
  const auto numbers = mark.substr(2, mark.size() - 3);
  const auto dash = numbers.find('-');
  const auto code = parse_number<std::uint8_t>(dash == std::string_view::npos ? numbers : numbers.substr(dash + 1));
  const auto type =
      dash == std::string_view::npos ? std::optional(unreachable) : parse_number<std::uint8_t>(numbers.substr(0, dash));
  if (!type || !code) return nonsense(mark);
  return TracerouteMark{.icmp_type = *type, .icmp_code = *code};
}

}  // namespace cw::probe
