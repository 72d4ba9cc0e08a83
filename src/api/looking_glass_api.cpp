#include <chrono>
#include <utility>

#include "api/paging.hpp"
#include "api/request_body.hpp"
#include "api/routes.hpp"
#include "api/target_address.hpp"
#include "api/target_fields.hpp"
#include "core/text.hpp"

namespace cw::api {
namespace {

constexpr std::size_t kMostTargetBytes = 253;  // RFC 1035, section 2.3.4
constexpr int kMtrRounds = 10;

// Reads a whole number into a field of its own type; absent leaves the default.
template <class Field>
void read_number(RequestBody& body, std::string_view name, std::int64_t least, std::int64_t most, Field& field) {
  if (const auto number = body.whole_number(name, least, most)) field = static_cast<Field>(*number);
}

void read_milliseconds(RequestBody& body, std::string_view name, std::int64_t least, std::int64_t most,
                       Duration& field) {
  if (const auto number = body.whole_number(name, least, most)) field = std::chrono::milliseconds(*number);
}

// Narrower than what the command line allows: others may be watching the same line.
MeasurementRequest read_request(const ApiContext& context, RequestBody& body) {
  MeasurementRequest request;
  if (const auto kind = body.word("kind", parse_kind)) request.kind = *kind;
  if (const auto method = body.word("method", parse_method)) request.method = *method;
  if (request.kind == Kind::mtr) request.count = kMtrRounds;
  if (const auto port = body.whole_number("port", 1, 65535)) request.port = static_cast<std::uint16_t>(*port);
  read_number(body, "flow", 0, 65535, request.flow);
  read_number(body, "first_ttl", 1, 255, request.first_ttl.value);
  read_number(body, "max_ttl", 1, 255, request.max_ttl.value);
  read_number(body, "attempts", 1, 10, request.attempts);
  read_number(body, "gap_limit", 1, 255, request.gap_limit);
  read_number(body, "count", 1, 100, request.count);
  read_milliseconds(body, "interval_ms", 200, 60'000, request.interval);
  read_milliseconds(body, "timeout_ms", 100, 10'000, request.timeout);
  request.prober = read_prober(context, body).value_or("");
  request.multipath = read_multipath(body).value_or(Multipath::off);
  read_number(body, "confidence_percent", 95, 99, request.confidence_percent);
  request.mtu_search = read_mtu_search(body).value_or(MtuSearch::off);
  request.dscp =
      read_dscp(body).value_or(static_cast<std::uint8_t>(context.options.settings.whole_number("probe.dscp")));
  if (body.boolean("raw_output").value_or(false)) request.raw_output = RawOutput::keep;
  return request;
}

std::expected<std::shared_ptr<Run>, Problem> find_run(ApiContext& context, const RouteRequest& request) {
  const auto id = Uuid::parse(request.parameter);
  auto run = id ? context.looking_glass.find(*id) : nullptr;
  if (run == nullptr) return refuse(ProblemType::not_found, "there is no such run, or its ten minutes are over");
  return run;
}

// EventSource says the header when it reconnects; the query is for clients that cannot set one.
std::expected<std::uint64_t, Problem> read_last_event_id(const platform::HttpRequest& request) {
  const auto header = request.headers.find("last-event-id");
  const auto text =
      header != request.headers.end() ? std::string_view(header->second) : query_value(request, "last_event_id");
  if (text.empty()) return 0;
  const auto number = parse_number<std::uint64_t>(text);
  if (!number) return refuse_parameter("Last-Event-ID", "Last-Event-ID must be the id of an event");
  return *number;
}

}  // namespace

Answer start_run(ApiContext& context, const RouteRequest& request) {
  auto body = TRY(RequestBody::parse(request.http));
  const auto target = body.text("target", kMostTargetBytes);
  const auto family = read_family(body);
  auto wanted = read_request(context, body);
  if (!body.has("target")) body.note("target", "target is missing: name an address or a host");
  TRY(body.finish());
  wanted.target = std::string(trim(*target));
  auto address = find_target_address(context, {.text = wanted.target, .family = family, .source = kLookingGlassSource});
  if (!address) return blame_member(std::move(address).error(), "target");
  wanted.address = *address;
  TRY(validate(wanted));
  const auto run = TRY(context.looking_glass.start(std::move(wanted)));
  const auto path = run_path(run->request().id);
  formats::JsonWriter json;
  json.begin_object();
  json.key("id").string(run->request().id.to_string());
  json.key("status").string(to_string(RunStatus::running));
  json.key("events_url").string(path + "/events");
  auto response = json_response(json.end_object().take(), 202);
  response.headers.emplace_back("Location", path);
  return response;
}

Answer get_run(ApiContext& context, const RouteRequest& request) {
  return json_response(TRY(find_run(context, request))->to_json());
}

Answer cancel_run(ApiContext& context, const RouteRequest& request) {
  const auto run = TRY(find_run(context, request));
  context.looking_glass.cancel(run->request().id);
  return platform::HttpResponse{.status = 204, .headers = {}, .body = {}, .on_stream = nullptr};
}

Answer stream_run_events(ApiContext& context, const RouteRequest& request) {
  const auto run = TRY(find_run(context, request));
  const auto last_seen = TRY(read_last_event_id(request.http));
  // 204 tells an EventSource that has seen it all not to come back (WHATWG HTML, section 9.2.3).
  if (const auto last = run->last_event(); last && last_seen >= *last)
    return platform::HttpResponse{.status = 204, .headers = {}, .body = {}, .on_stream = nullptr};
  return platform::HttpResponse{
      .status = 200,
      .headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}},
      .body = {},
      .on_stream = [run, last_seen](std::shared_ptr<platform::EventStream> reader) {
        run->follow(std::move(reader), last_seen);
      }};
}

}  // namespace cw::api
