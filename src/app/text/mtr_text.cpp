#include "app/text/mtr_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "formats/hop_reading.hpp"
#include "formats/hop_statistics.hpp"

namespace cw::app {
namespace {

using formats::AddressStatistics;
using formats::HopLabel;
using formats::HopReading;
using formats::HopStatistics;
using formats::RttStatistics;

constexpr std::size_t kTtlColumns = 3;
constexpr std::size_t kNumberColumns = 8;

std::string number(Duration duration) {
  const double value = to_milliseconds(duration);
  return value < 100 ? fmt::format("{:.2f}", value) : fmt::format("{:.1f}", value);
}

std::string columns(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& value : values) text += pad_left(value, kNumberColumns);
  return text;
}

std::string times(const RttStatistics& rtt) {
  return columns({number(rtt.last), number(rtt.average), number(rtt.best), number(rtt.worst), number(rtt.deviation),
                  number(rtt.jitter)});
}

// The address that answered most stands first.
std::vector<AddressStatistics> addresses_of(const HopReading& reading) {
  auto addresses = reading.addresses;
  std::ranges::sort(addresses, [](const auto& a, const auto& b) {
    return a.received != b.received ? a.received > b.received : a.from < b.from;
  });
  return addresses;
}

std::size_t address_columns(const std::vector<HopReading>& readings, Family family) {
  std::size_t most = family == Family::v4 ? 15 : 20;
  for (const auto& reading : readings)
    for (const auto& address : reading.addresses) most = std::max(most, address.from.to_string().size());
  return most;
}

// Red is for what is lost on the way to the destination; a router that answers as it likes has lost nothing.
Ink ink_of(HopLabel label) {
  switch (label) {
    case HopLabel::forwarding_loss:
    case HopLabel::destination_loss:
      return Ink::bad;
    case HopLabel::loss_before:
    case HopLabel::unclear:
      return Ink::warn;
    case HopLabel::rate_limited:
    case HopLabel::silent:
    case HopLabel::no_answer:
    case HopLabel::not_probed:
      return Ink::faint;
    case HopLabel::ok:
      return Ink::good;
  }
  return Ink::good;
}

std::string remark(const HopReading& reading) {
  const auto& counts = reading.statistics;
  switch (reading.label) {
    case HopLabel::rate_limited:
      return fmt::format("limits answers ({} of {})", counts.received, counts.sent);
    case HopLabel::forwarding_loss:
      return "loss begins here";
    case HopLabel::loss_before:
      return "lost before";
    case HopLabel::destination_loss:
      return "lost at the destination";
    case HopLabel::unclear:
      return "loses; the destination never answered";
    case HopLabel::not_probed:
      return "joined from another trace";
    case HopLabel::silent:
    case HopLabel::no_answer:
    case HopLabel::ok:
      return "";
  }
  return "";
}

std::string rows(const HopReading& reading, std::size_t width, const TextStyle& style) {
  const auto ttl = pad_left(fmt::format("{}", reading.ttl.value), kTtlColumns);
  const auto& counts = reading.statistics;
  const auto sent = fmt::format("{}", counts.sent);
  const auto addresses = addresses_of(reading);
  if (!counts.rtt || addresses.empty())
    return fmt::format("{}  {}{}\n", ttl, pad_right(paint(style.colour, Ink::faint, "* no answer"), width),
                       columns({"", sent}));
  const bool shares = addresses.size() > 1;
  const auto loss = paint(style.colour, ink_of(reading.label), fmt::format("{:.1f}%", 100 * counts.loss));
  const auto& first = shares ? addresses.front().rtt : *counts.rtt;
  auto text = fmt::format("{}  {}{}{}{}", ttl, pad_right(addresses.front().from.to_string(), width),
                          columns({loss, sent}), times(first), network_text(addresses.front().from, style));
  if (const auto said = remark(reading); !said.empty()) text += "  " + paint(style.colour, ink_of(reading.label), said);
  text += "\n";
  for (std::size_t i = 1; i < addresses.size(); ++i)
    text +=
        fmt::format("{}{}{}{}{}\n", std::string(kTtlColumns + 2, ' '), pad_right(addresses[i].from.to_string(), width),
                    columns({"", ""}), times(addresses[i].rtt), network_text(addresses[i].from, style));
  return text;
}

}  // namespace

std::string mtr_table(const Measurement& measurement, const TextStyle& style) {
  const auto readings = formats::read_hops(measurement);
  const auto width = address_columns(readings, measurement.address.family());
  const auto head = fmt::format("{}  {}{}{}", pad_left("hop", kTtlColumns), pad_right("address", width),
                                columns({"loss", "sent", "last", "avg", "best", "worst", "stdev", "jitter"}),
                                style.facts_of ? "  network" : "");
  auto text = paint(style.colour, Ink::strong, head) + "\n";
  for (const auto& reading : readings) text += rows(reading, width, style);
  return text;
}

std::string mtr_report(const Measurement& measurement, const std::optional<AsPath>& as_path, const TextStyle& style) {
  auto text = trace_heading(measurement, style) + mtr_table(measurement, style) + trace_summary(measurement, style) +
              notes_lines(measurement, style);
  if (as_path) text += networks_line(*as_path, style);
  return text;
}

}  // namespace cw::app
