#include <fmt/format.h>

#include <utility>

#include "api/metrics_text.hpp"
#include "api/paging.hpp"
#include "api/routes.hpp"

namespace cw::api {
namespace {

double seconds_of(Duration duration) { return std::chrono::duration<double>(duration).count(); }

void write_node(const ApiContext& context, MetricsText& text) {
  text.gauge("cyberwatch_build_info", "What was built; always 1");
  text.sample(1, {{"version", context.options.version}, {"vantage", context.options.vantage}});
  text.gauge("cyberwatch_start_time_seconds", "When the node was started, in Unix time");
  text.sample(seconds_of(context.started_at.time_since_epoch()));
  text.gauge("cyberwatch_route_table_time_seconds", "Date of the table of networks, in Unix time");
  text.sample(seconds_of(context.ports.routes.current()->info().as_of.time_since_epoch()));
}

// A back end that does not answer has no figures; health/ready says so.
void write_store(const ApiContext& context, MetricsText& text) {
  if (const auto targets = context.ports.targets.count()) {
    text.gauge("cyberwatch_targets", "Targets");
    text.sample(static_cast<double>(*targets));
  }
  if (const auto measurements = context.ports.measurements.count()) {
    text.gauge("cyberwatch_measurements", "Measurements in the store");
    text.sample(static_cast<double>(*measurements));
  }
  if (const auto queue = context.ports.queue.status()) {
    text.gauge("cyberwatch_queue_jobs", "Jobs on the queue");
    text.sample(static_cast<double>(queue->waiting), {{"state", "waiting"}});
    text.sample(static_cast<double>(queue->leased), {{"state", "leased"}});
    text.sample(static_cast<double>(queue->dead), {{"state", "dead"}});
    const auto now = context.ports.clock.now();
    text.gauge("cyberwatch_queue_oldest_waiting_seconds", "Age of the oldest waiting job; 0 when none waits");
    text.sample(queue->oldest_waiting ? seconds_of(now - *queue->oldest_waiting) : 0);
  }
}

void write_prober(const ApiContext& context, MetricsText& text) {
  text.counter("cyberwatch_prober_events_total",
               "What the prober counts, by name: packets_sent, receive_drops and more");
  for (const auto& [name, count] : context.ports.prober.counters())
    text.sample(static_cast<double>(count), {{"event", name}});
  text.gauge("cyberwatch_looking_glass_running", "Looking-glass runs under way");
  text.sample(static_cast<double>(context.looking_glass.running()));
}

void write_counts(const ApiCounts& counts, MetricsText& text) {
  text.counter("cyberwatch_measurements_stored_total", "Measurements stored since the start");
  for (const auto& [what, count] : counts.stored)
    text.sample(static_cast<double>(count), {{"kind", to_string(what.first)}, {"status", to_string(what.second)}});
  text.counter("cyberwatch_api_requests_total", "Answers of the API and the page since the start");
  for (const auto& [status, count] : counts.answers)
    text.sample(static_cast<double>(count), {{"code", fmt::format("{}", status)}});
}

}  // namespace

Answer get_metrics(ApiContext& context, const RouteRequest&) {
  MetricsText text;
  write_node(context, text);
  write_store(context, text);
  write_prober(context, text);
  write_counts(context.counts.with([](const ApiCounts& counts) { return counts; }), text);
  return platform::HttpResponse{.status = 200,
                                .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
                                .body = text.take(),
                                .on_stream = nullptr};
}

}  // namespace cw::api
