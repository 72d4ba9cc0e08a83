#include "app/text/ping_text.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "formats/hop_statistics.hpp"

namespace cw::app {
namespace {

constexpr std::size_t kNumberColumns = 3;
constexpr std::size_t kRttColumns = 11;

std::string numbered(int number) { return pad_left(fmt::format("{}", number), kNumberColumns) + "  "; }

std::string reply_line(const Reply& reply, const IpAddress& target, const TextStyle& style) {
  auto line =
      numbered(reply.attempt) + reply.from.to_string() + "  " + pad_left(milliseconds_text(reply.rtt), kRttColumns);
  if (reply.reply_ttl) line += fmt::format("  ttl {}", *reply.reply_ttl);
  if (reply.from != target) line += paint(style.colour, Ink::bad, "  unreachable, says this router");
  if (reply.late) line += paint(style.colour, Ink::warn, "  late");
  if (reply.duplicate) line += paint(style.colour, Ink::warn, "  duplicate");
  return line + "\n";
}

// A router that says "unreachable" has answered, but not for the target.
formats::HopStatistics statistics_of_target(const Measurement& measurement) {
  if (measurement.hops.empty()) return {};
  auto hop = measurement.hops.front();
  std::erase_if(hop.replies, [&](const Reply& reply) { return reply.from != measurement.address; });
  return formats::hop_statistics(hop);
}

}  // namespace

std::string ping_line(const probe::ProbeEvent& event, const IpAddress& target, const TextStyle& style) {
  if (const auto* reply = std::get_if<probe::ReplyEvent>(&event)) return reply_line(reply->reply, target, style);
  if (const auto* silence = std::get_if<probe::SilenceEvent>(&event))
    return numbered(silence->attempt) + paint(style.colour, Ink::faint, "* no answer") + "\n";
  return "";
}

std::string ping_summary(const Measurement& measurement, const TextStyle& style) {
  const auto name = printable(measurement.target);
  const auto address = measurement.address.to_string();
  auto text = paint(style.colour, Ink::strong, name) + (name == address ? "" : fmt::format(" ({})", address));
  const auto statistics = statistics_of_target(measurement);
  const auto loss = fmt::format("{:.1f}% lost", 100 * statistics.loss);
  text += fmt::format(": {} sent, {} answered, {}", statistics.sent, statistics.received,
                      paint(style.colour, statistics.loss > 0 ? Ink::bad : Ink::good, loss));
  if (statistics.rtt)
    text += fmt::format("; {:.3f} / {:.3f} / {:.3f} ms (best / median / worst)", to_milliseconds(statistics.rtt->best),
                        to_milliseconds(statistics.rtt->median), to_milliseconds(statistics.rtt->worst));
  return text + "\n";
}

}  // namespace cw::app
