// `cyberwatch ping`: a line an answer for one target, a line a target for several.

#include "app/commands/commands.hpp"
#include "app/oneshot/probe_session.hpp"
#include "app/oneshot/result_writer.hpp"
#include "app/oneshot/run_live.hpp"
#include "app/oneshot/run_many.hpp"
#include "app/terminal.hpp"
#include "app/text/event_log.hpp"
#include "app/text/ping_text.hpp"

namespace cw::app {
namespace {

MeasurementRequest ping_request(const PingCommand& command, ProbeSession& session, const NamedTarget& target) {
  auto request = session.request_for(target, Kind::ping);
  request.count = command.count;
  request.interval = command.interval;
  return request;
}

Result<ExitCode> ping_one(const PingCommand& command, ProbeSession& session, TargetFeed& feed,
                          const platform::Signals& signals) {
  const auto target = TRY(*feed.next());
  const auto request = ping_request(command, session, target);
  const TextStyle style{.colour = wanted_colour()};
  EventLog log(request);
  const auto started_at = session.clock().now();
  write_out(trace_heading(request, style));
  auto result = run_live(
      request, {.prober = session.prober(), .signals = &signals, .on_event = [&](const probe::ProbeEvent& event) {
                  log.add(event);
                  write_out(ping_line(event, request.address, style));
                }});
  // Ctrl-C is the usual end of a long ping: what was seen until then is its result.
  if (!result && result.error().kind == ErrorKind::cancelled) result = log.result(started_at, session.clock().now());
  if (!result) return std::unexpected(std::move(result).error());
  write_out(ping_summary(*result, style));
  return result->status == Status::reached ? ExitCode::done : ExitCode::failed;
}

ExitCode ping_many(const PingCommand& command, ProbeSession& session, TargetFeed& feed) {
  const TextStyle style{.colour = wanted_colour()};
  ResultWriter writer(command.probe.output,
                      [&](const Measurement& measurement) { return ping_summary(measurement, style); });
  run_many(feed, {.prober = session.prober(),
                  .window = kProbeWindow,
                  .request_for = [&](const NamedTarget& target) { return ping_request(command, session, target); },
                  .on_result =
                      [&](Result<Measurement> result) {
                        if (result) result = session.finish(*std::move(result));
                        if (result && result->status != Status::reached) writer.note_failure();
                        return writer.add(result);
                      },
                  .on_pause = [&] { return writer.flush(); }});
  writer.flush();
  session.say_own_losses();
  return writer.exit_code();
}

}  // namespace

Result<ExitCode> run(const PingCommand& command) {
  auto feed = TRY(TargetFeed::open(command.probe.targets, command.probe.file, command.probe.family));
  if (!feed.is_single() || command.probe.output == Output::json_lines) {
    const auto session = TRY(ProbeSession::open(command.probe));
    return ping_many(command, *session, feed);
  }
  const auto signals = TRY(platform::Signals::open());
  const auto session = TRY(ProbeSession::open(command.probe));
  return ping_one(command, *session, feed, signals);
}

}  // namespace cw::app
