// `cyberwatch trace`: one target live on a terminal, else each as it ends.

#include "app/commands/commands.hpp"
#include "app/local_table.hpp"
#include "app/oneshot/probe_session.hpp"
#include "app/oneshot/result_writer.hpp"
#include "app/oneshot/run_live.hpp"
#include "app/oneshot/run_many.hpp"
#include "app/terminal.hpp"
#include "app/text/live_trace.hpp"
#include "app/text/trace_text.hpp"

namespace cw::app {
namespace {

MeasurementRequest trace_request(const TraceCommand& command, ProbeSession& session, const NamedTarget& target) {
  auto request = session.request_for(target, Kind::trace);
  request.first_ttl = Ttl{static_cast<std::uint8_t>(command.first_ttl)};
  request.max_ttl = Ttl{static_cast<std::uint8_t>(command.max_ttl)};
  request.attempts = command.attempts;
  request.gap_limit = command.gap_limit;
  request.multipath = command.multipath;
  request.confidence_percent = command.confidence_percent;
  request.mtu_search = command.mtu_search;
  request.known_hops = command.known_hops;
  return request;
}

Result<ExitCode> trace_live(const TraceCommand& command, ProbeSession& session, TargetFeed& feed, LazyTable& table) {
  const auto target = TRY(*feed.next());
  const auto request = trace_request(command, session, target);
  const TextStyle style{.colour = wanted_colour(), .facts_of = table.facts_of()};
  LiveTrace live(request, style, terminal_size());
  write_out(live.begin());
  auto result = run_live(request, {.prober = session.prober(), .on_event = [&](const probe::ProbeEvent& event) {
                                     write_out(live.on_event(event));
                                   }});
  if (!result) {
    write_out(live.erase());
    return std::unexpected(std::move(result).error());
  }
  write_out(live.finish(*result, table.as_path_of(*result)));
  return result->status == Status::failed ? ExitCode::failed : ExitCode::done;
}

ExitCode trace_many(const TraceCommand& command, ProbeSession& session, TargetFeed& feed, LazyTable& table) {
  const TextStyle style{.colour = wanted_colour(), .facts_of = table.facts_of()};
  const bool is_single = feed.is_single();
  ResultWriter writer(command.probe.output, [&](const Measurement& measurement) {
    return trace_table(measurement, table.as_path_of(measurement), style) + (is_single ? "" : "\n");
  });
  run_many(feed, {.prober = session.prober(),
                  .window = kProbeWindow,
                  .request_for = [&](const NamedTarget& target) { return trace_request(command, session, target); },
                  .on_result =
                      [&](Result<Measurement> result) {
                        if (result) result = session.finish(*std::move(result));
                        return writer.add(result);
                      },
                  .on_pause = [&] { return writer.flush(); }});
  writer.flush();
  session.say_own_losses();
  return writer.exit_code();
}

}  // namespace

Result<ExitCode> run(const TraceCommand& command) {
  auto feed = TRY(TargetFeed::open(command.probe.targets, command.probe.file, command.probe.family));
  const auto session = TRY(ProbeSession::open(command.probe));
  LazyTable table{Settings{}};
  const bool is_live = feed.is_single() && command.probe.output == Output::text && stdout_is_terminal();
  if (is_live) return trace_live(command, *session, feed, table);
  return trace_many(command, *session, feed, table);
}

}  // namespace cw::app
