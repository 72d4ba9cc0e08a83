#include "api/run.hpp"

#include <array>
#include <utility>

#include "api/json_members.hpp"
#include "formats/json_writer.hpp"
#include "rules/topology/as_path.hpp"

namespace cw::api {
namespace {

// Who owns the hop, as far as this one reply shows.
HopOwner owner_of(const MeasurementRequest& request, const probe::ReplyEvent& event, const AddressFacts& facts) {
  const Measurement glimpse{.kind = Kind::trace,
                            .address = request.address,
                            .hops = {{.ttl = event.ttl, .sent = 1, .replies = {event.reply}}}};
  const std::array known{facts};
  const auto path = topology::find_as_path(glimpse, known);
  return path.hops.empty() ? HopOwner{.ttl = event.ttl, .address = event.reply.from} : path.hops.front();
}

}  // namespace

std::string_view to_string(RunStatus status) {
  switch (status) {
    case RunStatus::running:
      return "running";
    case RunStatus::completed:
      return "completed";
    case RunStatus::failed:
      return "failed";
    case RunStatus::cancelled:
      return "cancelled";
  }
  return "running";
}

std::string run_path(const Uuid& id) { return "/api/v1/looking-glass/runs/" + id.to_string(); }

Run::Run(MeasurementRequest request, std::string vantage, Instant started_at)
    : request_(std::move(request)), vantage_(std::move(vantage)), started_at_(started_at) {
  log_.with([&](Log& log) { append(log, "run.started", run_started(request_, vantage_, started_at_)); });
}

void Run::add(const probe::ProbeEvent& event, const routing::RouteTable& table) {
  log_.with([&](Log& log) {
    if (log.status != RunStatus::running) return;
    if (const auto* reply = std::get_if<probe::ReplyEvent>(&event)) return add_reply(log, *reply, table);
    if (const auto* silence = std::get_if<probe::SilenceEvent>(&event)) return add_silence(log, *silence);
    if (const auto* round = std::get_if<probe::RoundEvent>(&event))
      append_bounded(log, "round.completed", round_completed(round->round, log.rounds));
  });
}

void Run::add_reply(Log& log, const probe::ReplyEvent& event, const routing::RouteTable& table) const {
  if (request_.kind == Kind::mtr) {
    auto& hop = log.rounds[event.ttl];
    hop.ttl = event.ttl;
    if (!event.reply.late && !event.reply.duplicate) {
      ++hop.sent;
      hop.replies.push_back(event.reply);
    }
  }
  append_bounded(log, "hop.reply", hop_reply(request_, event));
  if (event.reply.late || event.reply.duplicate || !log.enriched.insert({event.ttl, event.reply.from}).second) return;
  const auto facts = routing::facts_of(table, event.reply.from);
  append_bounded(log, "hop.enriched", hop_enriched(owner_of(request_, event, facts), facts));
}

void Run::add_silence(Log& log, const probe::SilenceEvent& event) const {
  if (request_.kind == Kind::mtr) {
    auto& hop = log.rounds[event.ttl];
    hop.ttl = event.ttl;
    ++hop.sent;
  }
  append_bounded(log, "hop.timeout", hop_timeout(request_, event));
}

void Run::append_bounded(Log& log, std::string name, std::string data) {
  if (log.bytes + data.size() <= kMostEventBytes) append(log, std::move(name), std::move(data));
}

void Run::append(Log& log, std::string name, std::string data) {
  log.bytes += name.size() + data.size();
  log.events.push_back({std::move(name), std::move(data)});
  const auto id = std::to_string(log.events.size());
  std::erase_if(log.readers, [](const auto& reader) { return !reader->is_open(); });
  for (const auto& reader : log.readers) reader->send(id, log.events.back().name, log.events.back().data);
}

void Run::end(Log& log, RunStatus status, Instant now) {
  log.status = status;
  log.finished_at = now;
  for (const auto& reader : log.readers) reader->close();
  log.readers.clear();
  log.rounds.clear();
  log.enriched.clear();
}

void Run::complete(const Measurement& measurement, const PathNews& news, Instant now) {
  log_.with([&](Log& log) {
    if (log.status != RunStatus::running) return;
    log.measurement_id = measurement.id;
    append(log, "run.completed", run_completed(measurement, news));
    end(log, RunStatus::completed, now);
  });
}

void Run::fail(ProblemType type, std::string detail, Instant now) {
  log_.with([&](Log& log) {
    if (log.status != RunStatus::running) return;
    append(log, "run.failed", run_failed(type, detail));
    log.problem = {type, std::move(detail)};
    end(log, RunStatus::failed, now);
  });
}

void Run::cancel(Instant now) {
  log_.with([&](Log& log) {
    if (log.status != RunStatus::running) return;
    append(log, "run.cancelled", "{}");
    end(log, RunStatus::cancelled, now);
  });
}

void Run::follow(std::shared_ptr<platform::EventStream> reader, std::uint64_t last_seen) {
  log_.with([&](Log& log) {
    for (auto i = static_cast<std::size_t>(last_seen); i < log.events.size() && reader->is_open(); ++i)
      reader->send(std::to_string(i + 1), log.events[i].name, log.events[i].data);
    if (log.status != RunStatus::running) return reader->close();
    log.readers.push_back(std::move(reader));
  });
}

RunStatus Run::status() const {
  return log_.with([](const Log& log) { return log.status; });
}

std::optional<Instant> Run::finished_at() const {
  return log_.with([](const Log& log) { return log.finished_at; });
}

std::optional<std::uint64_t> Run::last_event() const {
  return log_.with([](const Log& log) {
    return log.status == RunStatus::running ? std::nullopt : std::optional<std::uint64_t>(log.events.size());
  });
}

std::size_t Run::event_bytes() const {
  return log_.with([](const Log& log) { return log.bytes; });
}

std::string Run::to_json() const {
  return log_.with([&](const Log& log) {
    formats::JsonWriter json;
    json.begin_object();
    json.key("id").string(request_.id.to_string());
    json.key("status").string(api::to_string(log.status));
    json.key("kind").string(cw::to_string(request_.kind));
    json.key("target").string(request_.target);
    json.key("resolved").string(request_.address.to_string());
    write_parameters(json, request_);
    json.key("started_at").string(format_rfc3339(started_at_));
    write_or_null(json.key("finished_at"), log.finished_at);
    json.key("measurement_id").string_or_null(log.measurement_id ? log.measurement_id->to_string() : "");
    json.key("problem");
    if (log.problem) {
      json.begin_object();
      write_problem(json, log.problem->first, log.problem->second);
      json.end_object();
    } else {
      json.null();
    }
    json.key("events_url").string(run_path(request_.id) + "/events");
    return json.end_object().take();
  });
}

}  // namespace cw::api
