#include "ports/probe/ping/ping_report.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "ports/probe/tool_text.hpp"

namespace cw::probe {
namespace {

constexpr int largest_sequence = 65'535;

struct ErrorText {
  std::string_view text;
  StopReason reason;
};
// iputils, ping/ping_common.c (pr_icmph) and ping/ping6_common.c (pr_icmph6).
constexpr std::array error_texts{
    ErrorText{"Time to live exceeded", StopReason::max_ttl},
    ErrorText{"Time exceeded: Hop limit", StopReason::max_ttl},
    ErrorText{"Destination Net Unreachable", StopReason::icmp_network_unreachable},
    ErrorText{"Destination Net Unknown", StopReason::icmp_network_unreachable},
    ErrorText{"Destination Net Prohibited", StopReason::icmp_admin_prohibited},
    ErrorText{"Destination unreachable: No route", StopReason::icmp_network_unreachable},
    ErrorText{"Destination Host Unreachable", StopReason::icmp_host_unreachable},
    ErrorText{"Destination Host Unknown", StopReason::icmp_host_unreachable},
    ErrorText{"Destination Host Prohibited", StopReason::icmp_admin_prohibited},
    ErrorText{"Destination unreachable: Address unreachable", StopReason::icmp_host_unreachable},
    ErrorText{"Destination unreachable: Administratively prohibited", StopReason::icmp_admin_prohibited},
    ErrorText{"Packet filtered", StopReason::icmp_admin_prohibited},
};

std::unexpected<Error> nonsense(std::string_view line) {
  return fail(ErrorKind::invalid, fmt::format("ping has no line \"{}\"", printable(line, 60)));
}

// Without "[1795368525.919883] " of -D.
std::string_view without_time(std::string_view line) {
  if (!line.starts_with('[')) return line;
  const auto end = line.find("] ");
  return end == std::string_view::npos ? line : line.substr(end + 2);
}

// "203.0.113.1:", "name (203.0.113.1):" from the start of the text.
std::optional<IpAddress> leading_address(std::string_view text) {
  auto words = words_of(text.substr(0, 512));
  for (std::size_t i = 0; i < words.size() && i < 2; ++i) {
    auto word = words[i];
    if (word.ends_with(':')) word.remove_suffix(1);
    if (word.starts_with('(') && word.ends_with(')')) word = word.substr(1, word.size() - 2);
    if (const auto address = parse_printed_address(word)) return address;
  }
  return std::nullopt;
}

std::optional<int> sequence_of(std::string_view line) {
  const auto sequence = number_after<int>(line, "icmp_seq=");
  return sequence && *sequence >= 1 && *sequence <= largest_sequence ? sequence : std::nullopt;
}

bool is_intact(std::string_view line) { return line.find("(BAD CHECKSUM!)") == std::string_view::npos; }

// "64 bytes from 203.0.113.1: icmp_seq=1 ttl=56 time=52.8 ms (DUP!)"
Result<PingAnswer> parse_answer(std::string_view line, std::string_view behind_from) {
  const auto from = leading_address(behind_from);
  const auto sequence = sequence_of(line);
  const auto time = text_after(line, "time=", " ");
  if (!from || !sequence || !time) return nonsense(line);
  return PingAnswer{.from = *from,
                    .sequence = *sequence,
                    .ttl = number_after<std::uint8_t>(line, "ttl="),
                    .rtt = TRY(parse_milliseconds(*time)),
                    .duplicate = line.find("(DUP!)") != std::string_view::npos};
}

Result<PingError> parse_error(std::string_view line) {
  const auto from = leading_address(line.substr(std::string_view("From ").size()));
  const auto sequence = sequence_of(line);
  if (!from || !sequence) return nonsense(line);
  const auto behind = line.substr(line.find("icmp_seq="));
  return PingError{.from = *from,
                   .sequence = *sequence,
                   .reason = ping_error_reason(behind.substr(std::min(behind.find(' '), behind.size())))};
}

// "3 packets transmitted, 3 received, 0% packet loss, time 402ms"
std::optional<int> sent_of(std::string_view line) {
  const auto end = line.find(" packets transmitted");
  if (end == std::string_view::npos) return std::nullopt;
  return parse_number<int>(line.substr(0, end));
}

}  // namespace

Result<PingReport> parse_ping(std::string_view text) {
  PingReport report;
  std::optional<int> sent;
  for (const auto whole_line : lines_of(text)) {
    const auto line = without_time(whole_line);
    const auto from = line.find(" bytes from ");
    if (from != std::string_view::npos) {
      auto answer = TRY(parse_answer(line, line.substr(from + std::string_view(" bytes from ").size())));
      if (is_intact(line)) report.answers.push_back(std::move(answer));
    } else if (line.starts_with("From ")) {
      report.errors.push_back(TRY(parse_error(line)));
    } else if (const auto number = sent_of(line)) {
      sent = number;
    }
  }
  if (!sent || *sent < 0 || *sent > largest_sequence)
    return fail(ErrorKind::invalid, "the summary of the ping is missing");
  report.sent = *sent;
  return report;
}

StopReason ping_error_reason(std::string_view words) {
  words = trim(words);
  for (const auto& [text, reason] : error_texts)
    if (words.starts_with(text)) return reason;
  return StopReason::icmp_other;
}

}  // namespace cw::probe
