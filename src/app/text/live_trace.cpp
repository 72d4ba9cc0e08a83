#include "app/text/live_trace.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cw::app {
namespace {

Ttl ttl_of(int value) { return Ttl{static_cast<std::uint8_t>(value)}; }

}  // namespace

LiveTrace::LiveTrace(const MeasurementRequest& request, TextStyle style, TerminalSize size)
    : request_(request), style_(std::move(style)), size_(size), log_(request), next_(request.first_ttl.value) {}

std::string LiveTrace::begin() const { return trace_heading(request_, style_); }

std::string LiveTrace::on_event(const probe::ProbeEvent& event) {
  log_.add(event);
  const auto settled = settled_lines();
  auto open = open_lines();
  if (settled.empty() && open == open_) return "";
  auto text = erase() + settled + open;
  open_ = std::move(open);
  return text;
}

std::string LiveTrace::finish(const Measurement& measurement, const std::optional<AsPath>& as_path) {
  auto text = erase();
  for (const auto& hop : measurement.hops)
    if (hop.ttl.value >= next_) text += hop_lines(hop, request_.address.family(), style_);
  return text + trace_end(measurement, as_path, style_);
}

// Up to the first open line, and clear from there (ECMA-48: CPL, ED).
std::string LiveTrace::erase() {
  const auto lines = std::ranges::count(std::exchange(open_, {}), '\n');
  return lines == 0 ? "" : fmt::format("\x1b[{}F\x1b[J", lines);
}

std::string LiveTrace::settled_lines() {
  std::string text;
  const auto destination = log_.destination();
  const int last = destination ? destination->value : request_.max_ttl.value;
  while (next_ <= last && log_.is_settled(ttl_of(next_))) {
    text += hop_lines(log_.hop(ttl_of(next_)), request_.address.family(), style_);
    ++next_;
  }
  return text;
}

std::string LiveTrace::open_lines() const {
  const int last = log_.destination().value_or(log_.highest()).value;
  // More lines than the screen has could not be taken away again.
  const int most = static_cast<int>(std::min<std::size_t>(size_.rows, 256)) - 2;
  std::string text;
  for (int ttl = next_; ttl <= std::min(last, next_ + most - 1); ++ttl) {
    const auto hop = log_.hop(ttl_of(ttl));
    const auto lines =
        hop.replies.empty() ? waiting_line(hop.ttl, style_) : hop_lines(hop, request_.address.family(), style_);
    // One line a hop, and none that wraps: what is drawn must be counted.
    const auto line = std::string_view(lines).substr(0, lines.find('\n'));
    text += cut(line, size_.columns - 1) + "\n";
  }
  return text;
}

}  // namespace cw::app
