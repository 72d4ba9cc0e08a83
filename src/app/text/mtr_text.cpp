#include "app/text/mtr_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "formats/hop_statistics.hpp"

namespace cw::app {
namespace {

using formats::HopStatistics;

constexpr std::size_t kTtlColumns = 3;
constexpr std::size_t kNumberColumns = 8;

// By how often each answered in time; the address that answered most is the hop's first.
std::vector<IpAddress> addresses_of(const Hop& hop) {
  std::vector<std::pair<int, IpAddress>> counted;
  for (const auto& reply : hop.replies) {
    if (reply.late || reply.duplicate) continue;
    const auto found = std::ranges::find(counted, reply.from, &std::pair<int, IpAddress>::second);
    if (found == counted.end())
      counted.emplace_back(1, reply.from);
    else
      ++found->first;
  }
  std::ranges::sort(counted, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::vector<IpAddress> addresses;
  for (const auto& [count, address] : counted) addresses.push_back(address);
  return addresses;
}

std::string number(Duration duration) {
  const double value = to_milliseconds(duration);
  return value < 100 ? fmt::format("{:.2f}", value) : fmt::format("{:.1f}", value);
}

std::string percent(double part) { return fmt::format("{:.1f}%", 100 * part); }

std::string loss_text(const HopLoss& judged, Colour colour) {
  if (judged.meaning == LossMeaning::no_answer) return "";
  return paint(colour, judged.loss > 0 ? Ink::bad : Ink::good, percent(judged.loss));
}

std::string columns(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) text += pad_left(value, kNumberColumns);
  return text;
}

std::size_t address_columns(const std::vector<Hop>& hops, Family family) {
  std::size_t most = family == Family::v4 ? 15 : 20;
  for (const auto& hop : hops)
    for (const auto& address : addresses_of(hop)) most = std::max(most, address.to_string().size());
  return most;
}

std::string network_text(const IpAddress& address, const TextStyle& style) {
  if (!style.facts_of) return "";
  const auto facts = style.facts_of(address);
  const auto name = network_name(facts);
  return name.empty() ? "" : "  " + paint(style.colour, facts.asn ? Ink::network : Ink::faint, name);
}

std::string remark(const HopLoss& judged, const HopStatistics& statistics, Colour colour) {
  if (judged.meaning != LossMeaning::limits_answers) return "";
  return paint(colour, Ink::faint, fmt::format("  limits answers ({} of {})", statistics.received, statistics.sent));
}

std::string row(const Hop& hop, const HopLoss& judged, std::size_t width, const TextStyle& style) {
  const auto ttl = pad_left(fmt::format("{}", hop.ttl.value), kTtlColumns);
  const auto statistics = formats::hop_statistics(hop);
  const auto sent = fmt::format("{}", statistics.sent);
  const auto addresses = addresses_of(hop);
  if (!statistics.rtt || addresses.empty())
    return fmt::format("{}  {}{}\n", ttl, pad_right(paint(style.colour, Ink::faint, "* no answer"), width),
                       columns({"", sent}));
  const auto& rtt = *statistics.rtt;
  auto text = fmt::format("{}  {}{}", ttl, pad_right(addresses.front().to_string(), width),
                          columns({loss_text(judged, style.colour), sent, number(rtt.last), number(rtt.average),
                                   number(rtt.best), number(rtt.worst), number(rtt.deviation)}));
  text += network_text(addresses.front(), style) + remark(judged, statistics, style.colour) + "\n";
  for (std::size_t i = 1; i < addresses.size(); ++i)
    text += std::string(kTtlColumns + 2, ' ') + addresses[i].to_string() + network_text(addresses[i], style) + "\n";
  return text;
}

}  // namespace

std::vector<HopLoss> judge_loss(const std::vector<Hop>& hops) {
  std::vector<HopLoss> judged(hops.size());
  double least_after = 1;
  for (std::size_t i = hops.size(); i-- > 0;) {
    const auto statistics = formats::hop_statistics(hops[i]);
    if (statistics.received == 0) {
      judged[i] = {.meaning = LossMeaning::no_answer};
      continue;
    }
    const bool later_lose_less = least_after < statistics.loss;
    least_after = std::min(least_after, statistics.loss);
    judged[i].loss = least_after;
    if (later_lose_less)
      judged[i].meaning = LossMeaning::limits_answers;
    else if (least_after > 0)
      judged[i].meaning = LossMeaning::loss;
  }
  return judged;
}

std::string mtr_table(const std::vector<Hop>& hops, Family family, const TextStyle& style) {
  const auto width = address_columns(hops, family);
  const auto head = fmt::format("{}  {}{}{}", pad_left("hop", kTtlColumns), pad_right("address", width),
                                columns({"loss", "sent", "last", "avg", "best", "worst", "stdev"}),
                                style.facts_of ? "  network" : "");
  auto text = paint(style.colour, Ink::strong, head) + "\n";
  const auto judged = judge_loss(hops);
  for (std::size_t i = 0; i < hops.size(); ++i) text += row(hops[i], judged[i], width, style);
  return text;
}

std::string mtr_report(const Measurement& measurement, const std::optional<AsPath>& as_path, const TextStyle& style) {
  auto text = trace_heading(measurement, style) + mtr_table(measurement.hops, measurement.address.family(), style) +
              trace_summary(measurement, style);
  if (as_path) text += networks_line(*as_path, style);
  return text;
}

}  // namespace cw::app
