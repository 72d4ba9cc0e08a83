// `cyberwatch mtr`: a table that is drawn anew on a terminal, a report on a pipe.

#include <fmt/format.h>

#include "app/commands/commands.hpp"
#include "app/local_table.hpp"
#include "app/oneshot/probe_session.hpp"
#include "app/oneshot/run_live.hpp"
#include "app/terminal.hpp"
#include "app/text/event_log.hpp"
#include "app/text/mtr_text.hpp"
#include "core/text.hpp"
#include "formats/measurement_json.hpp"

namespace cw::app {
namespace {

constexpr int kReportRounds = 10;
constexpr int kMostRounds = 10'000;
constexpr Duration kRedraw = std::chrono::milliseconds(150);

// The terminal's other screen for as long as this lives, so that what was there before comes back (xterm, 1049).
class OtherScreen {
 public:
  OtherScreen() { write_out("\x1b[?1049h\x1b[?25l"); }
  ~OtherScreen() { write_out("\x1b[?25h\x1b[?1049l"); }
  OtherScreen(const OtherScreen&) = delete;
  OtherScreen& operator=(const OtherScreen&) = delete;
};

// Home, every line cut to the screen and cleared behind, and nothing below.
std::string frame(const EventLog& log, const MeasurementRequest& request, Instant now, const TextStyle& style) {
  const auto size = terminal_size();
  auto text = trace_heading(request, style);
  text.pop_back();
  text += paint(style.colour, Ink::faint, fmt::format("   round {}   q quits", log.round() + 1)) + "\n";
  text += mtr_table(log.result(now, now), style);
  std::string drawn = "\x1b[H";
  std::size_t rows = 0;
  for (const auto line : split(trim(text), '\n'))
    if (++rows < size.rows) drawn += cut(line, size.columns) + "\x1b[K\n";
  return drawn + "\x1b[J";
}

Result<Measurement> watch(const MeasurementRequest& request, ProbeSession& session, const platform::Signals& signals,
                          const TextStyle& style) {
  EventLog log(request);
  const auto started_at = session.clock().now();
  Result<Measurement> result;
  {
    const OtherScreen screen;
    const KeyReader keys;
    Instant drawn_at{};
    const auto on_tick = [&] {
      const auto now = session.clock().now();
      if (now - drawn_at >= kRedraw || now < drawn_at) {
        drawn_at = now;
        write_out(frame(log, request, now, style));
      }
      const auto key = keys.poll();
      return !key || (*key != 'q' && *key != 'Q');
    };
    result = run_live(request, {.prober = session.prober(),
                                .signals = &signals,
                                .on_event = [&](const probe::ProbeEvent& event) { log.add(event); },
                                .on_tick = on_tick});
  }
  if (!result && result.error().kind == ErrorKind::cancelled) return log.result(started_at, session.clock().now());
  return result;
}

Result<Measurement> wait_for_report(const MeasurementRequest& request, ProbeSession& session,
                                    const platform::Signals& signals) {
  EventLog log(request);
  const auto started_at = session.clock().now();
  auto result = run_live(request, {.prober = session.prober(),
                                   .signals = &signals,
                                   .on_event = [&](const probe::ProbeEvent& event) { log.add(event); }});
  if (!result && result.error().kind == ErrorKind::cancelled) return log.result(started_at, session.clock().now());
  return result;
}

}  // namespace

Result<ExitCode> run(const MtrCommand& command) {
  auto feed = TRY(TargetFeed::open(command.probe.targets, std::nullopt, command.probe.family));
  const auto signals = TRY(platform::Signals::open());
  const auto session = TRY(ProbeSession::open(command.probe));
  const auto target = TRY(*feed.next());
  const bool is_live = command.probe.output == Output::text && stdout_is_terminal();
  auto request = session->request_for(target, Kind::mtr);
  request.count = command.count.value_or(is_live ? kMostRounds : kReportRounds);
  request.interval = command.interval;
  request.max_ttl = Ttl{static_cast<std::uint8_t>(command.max_ttl)};
  LazyTable table{Settings{}};
  const TextStyle style{.colour = wanted_colour(), .facts_of = table.facts_of()};
  auto result = is_live ? watch(request, *session, signals, style) : wait_for_report(request, *session, signals);
  if (!result) return std::unexpected(std::move(result).error());
  const auto measurement = session->finish(*std::move(result));
  write_out(command.probe.output == Output::json_lines ? formats::to_json(measurement) + "\n"
                                                       : mtr_report(measurement, table.as_path_of(measurement), style));
  return measurement.status == Status::failed ? ExitCode::failed : ExitCode::done;
}

}  // namespace cw::app
