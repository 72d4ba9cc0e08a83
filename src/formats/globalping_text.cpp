#include "formats/globalping_text.hpp"

#include <fmt/format.h>

#include <iterator>

#include "formats/hop_statistics.hpp"

namespace cw::formats {
namespace {

bool counts(const Reply& reply) { return !reply.late && !reply.duplicate; }

double in_milliseconds(Duration duration) { return to_milliseconds(duration); }

std::string ping_text(const Measurement& measurement) {
  const Hop hop = measurement.hops.empty() ? Hop{.sent = measurement.probes_sent} : measurement.hops.front();
  std::string text = fmt::format("PING {} ({})\n", measurement.target, measurement.address.to_string());
  for (const Reply& reply : hop.replies) {
    if (!counts(reply)) continue;
    text += fmt::format("From {}: seq={}", reply.from.to_string(), reply.attempt);
    if (reply.reply_ttl) text += fmt::format(" ttl={}", *reply.reply_ttl);
    text += fmt::format(" time={:.3f} ms\n", in_milliseconds(reply.rtt));
  }
  const HopStatistics statistics = hop_statistics(hop);
  text += fmt::format("\n{} packets transmitted, {} received, {:.1f}% packet loss\n", statistics.sent,
                      statistics.received, statistics.loss * 100);
  if (statistics.rtt)
    text += fmt::format("rtt min/avg/max/mdev = {:.3f}/{:.3f}/{:.3f}/{:.3f} ms\n",
                        in_milliseconds(statistics.rtt->best), in_milliseconds(statistics.rtt->average),
                        in_milliseconds(statistics.rtt->worst), in_milliseconds(statistics.rtt->deviation));
  return text;
}

std::string trace_line(const Hop& hop) {
  std::string line = fmt::format("{:2} ", hop.ttl.value);
  const IpAddress* shown = nullptr;
  for (const Reply& reply : hop.replies) {
    if (!counts(reply)) continue;
    if (shown == nullptr || *shown != reply.from) line += fmt::format(" {}", reply.from.to_string());
    shown = &reply.from;
    line += fmt::format("  {:.3f} ms", in_milliseconds(reply.rtt));
  }
  if (shown == nullptr) line += hop.inferred ? fmt::format(" {}", hop.inferred->from.to_string()) : " *";
  return line + '\n';
}

std::string trace_text(const Measurement& measurement) {
  std::string text = fmt::format("traceroute to {} ({})\n", measurement.target, measurement.address.to_string());
  for (const Hop& hop : measurement.hops) text += trace_line(hop);
  return text;
}

std::string mtr_line(const Hop& hop) {
  const HopStatistics row = hop_statistics(hop);
  const Reply* answer = hop.answer();
  std::string line = fmt::format("{:3}. {:<39} {:5.1f}% {:5}", hop.ttl.value,
                                 answer == nullptr ? "???" : answer->from.to_string(), row.loss * 100, row.sent);
  if (row.rtt)
    line += fmt::format(" {:7.1f} {:7.1f} {:7.1f} {:7.1f} {:7.1f}", in_milliseconds(row.rtt->last),
                        in_milliseconds(row.rtt->average), in_milliseconds(row.rtt->best),
                        in_milliseconds(row.rtt->worst), in_milliseconds(row.rtt->deviation));
  return line + '\n';
}

std::string mtr_text(const Measurement& measurement) {
  std::string text = fmt::format("{:<44} {:>6} {:>5} {:>7} {:>7} {:>7} {:>7} {:>7}\n", "Host", "Loss%", "Snt", "Last",
                                 "Avg", "Best", "Wrst", "StDev");
  for (const Hop& hop : measurement.hops) text += mtr_line(hop);
  return text;
}

}  // namespace

std::string globalping_text(const Measurement& measurement) {
  if (measurement.status == Status::failed)
    return fmt::format("{} to {} ({}) failed before its first answer.\n", to_string(measurement.kind),
                       measurement.target, measurement.address.to_string());
  switch (measurement.kind) {
    case Kind::ping:
      return ping_text(measurement);
    case Kind::trace:
      return trace_text(measurement);
    case Kind::mtr:
      return mtr_text(measurement);
  }
  return {};
}

}  // namespace cw::formats
