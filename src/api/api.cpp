#include "api/api.hpp"

#include <algorithm>
#include <utility>

#include "api/problem.hpp"
#include "api/request_guard.hpp"
#include "api/routes.hpp"
#include "core/log.hpp"
#include "core/text.hpp"

namespace cw::api {
namespace {

using platform::HttpRequest;
using platform::HttpResponse;

bool is_for_the_page(std::string_view path) {
  return path != "/api" && !path.starts_with("/api/") && path != "/metrics";
}

const std::string* find_header(const HttpResponse& response, std::string_view name) {
  const auto found = std::ranges::find(response.headers, name, &std::pair<std::string, std::string>::first);
  return found == response.headers.end() ? nullptr : &found->second;
}

void set_default(HttpResponse& response, std::string_view name, std::string_view value) {
  if (find_header(response, name) == nullptr) response.headers.emplace_back(name, value);
}

void add_security_headers(HttpResponse& response) {
  set_default(response, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  set_default(response, "X-Content-Type-Options", "nosniff");
  set_default(response, "Referrer-Policy", "no-referrer");
  set_default(response, "Cross-Origin-Resource-Policy", "same-origin");
  set_default(response, "Cross-Origin-Opener-Policy", "same-origin");
}

// If-None-Match (RFC 9110, section 13.1.2): a list of tags, weak ones too, or "*".
bool is_known_already(const HttpRequest& request, std::string_view etag) {
  const auto known = request.headers.find("if-none-match");
  if (known == request.headers.end()) return false;
  return std::ranges::any_of(split(known->second, ','), [&](std::string_view tag) {
    tag = trim(tag);
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    return tag == "*" || tag == etag;
  });
}

// Every GET can be asked again for free.
void add_entity_tag(const HttpRequest& request, HttpResponse& response) {
  if (request.method != "GET" || response.status != 200 || response.on_stream) return;
  if (find_header(response, "ETag") == nullptr) response.headers.emplace_back("ETag", entity_tag(response.body));
  set_default(response, "Cache-Control", "no-cache");
  if (!is_known_already(request, *find_header(response, "ETag"))) return;
  response.status = 304;
  response.body.clear();
}

LookingGlassOptions looking_glass_options(ApiContext& context) {
  LookingGlassOptions options;
  options.vantage = context.options.vantage;
  options.most_running = context.options.most_running;
  options.seed = context.options.seed;
  options.on_stored = [&counts = context.counts](const Measurement& measurement) {
    counts.with([&](ApiCounts& held) { ++held.stored[{measurement.kind, measurement.status}]; });
  };
  return options;
}

}  // namespace

ApiContext::ApiContext(ApiPorts api_ports, ApiOptions api_options)
    : ports(std::move(api_ports)),
      options(std::move(api_options)),
      started_at(ports.clock.now()),
      looking_glass({.prober = ports.prober,
                     .measurements = ports.measurements,
                     .routes = ports.routes,
                     .admission = ports.admission,
                     .clock = ports.clock},
                    looking_glass_options(*this)) {}

Api::Api(ApiPorts ports, ApiOptions options, StaticSite page)
    : context_(std::make_unique<ApiContext>(std::move(ports), std::move(options))), page_(std::move(page)) {}

Api::~Api() = default;

void Api::run(const std::stop_token& stop) { context_->looking_glass.run(stop); }

void Api::store_finished_runs() { context_->looking_glass.store_finished(); }

void Api::count_stored(const Measurement& measurement) {
  context_->counts.with([&](ApiCounts& counts) { ++counts.stored[{measurement.kind, measurement.status}]; });
}

HttpResponse Api::handle(const HttpRequest& request) {
  auto response = answer(request);
  add_entity_tag(request, response);
  add_security_headers(response);
  context_->counts.with([&](ApiCounts& counts) { ++counts.answers[response.status]; });
  return response;
}

HttpResponse Api::answer(const HttpRequest& request) {
  if (const auto allowed = check_request(request, context_->options.named_hosts); !allowed)
    return problem_response(allowed.error(), request);
  if (is_for_the_page(request.path) && request.method == "GET") return page_.get(request.path);
  auto answered = route(*context_, request);
  if (answered) return *std::move(answered);
  const auto& problem = answered.error();
  if (!problem.unsaid.empty())
    log_error("api", "{} {} ({}): {}", request.method, printable(request.path), request.request_id, problem.unsaid);
  return problem_response(problem, request);
}

}  // namespace cw::api
