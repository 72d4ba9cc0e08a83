#pragma once

// A node for the tests of the API: the real stores and queue in memory, a clock and a prober that the test owns,
// and a small table of networks. Every answer can be recorded for tools/check_api_responses.py.

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/api.hpp"
#include "core/guarded.hpp"
#include "core/text.hpp"
#include "ports/queue/embedded/embedded_job_queue.hpp"
#include "ports/store/sql/sql_store.hpp"

namespace cw::api {

inline IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

inline const Instant kTestStart{std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)};

// Runs what the test says, when the test says it.
class ScriptedProber final : public probe::Prober {
 public:
  [[nodiscard]] std::string_view name() const override { return "scripted"; }

  Result<> start(const MeasurementRequest& request, probe::Observer observer) override {
    if (refusal) return std::unexpected(*refusal);
    runs_.with([&](auto& runs) { runs.emplace_back(request, std::move(observer)); });
    return {};
  }
  void cancel(const Uuid& id) override {
    if (auto observer = take(id)) observer->on_finished(fail(ErrorKind::cancelled, "cancelled"));
  }
  [[nodiscard]] probe::Counters counters() const override { return {{"packets_sent", 7}, {"receive_drops", 1}}; }

  [[nodiscard]] std::vector<MeasurementRequest> running() const {
    return runs_.with([](const auto& runs) {
      std::vector<MeasurementRequest> requests;
      requests.reserve(runs.size());
      for (const auto& [request, observer] : runs) requests.push_back(request);
      return requests;
    });
  }
  void tell(const Uuid& id, const probe::ProbeEvent& event) {
    const auto observer = runs_.with([&](auto& runs) { return find(runs, id)->second; });
    observer.on_event(event);
  }
  void finish(const Uuid& id, Result<Measurement> measurement) { take(id)->on_finished(std::move(measurement)); }

  std::optional<Error> refusal;

 private:
  using Runs = std::vector<std::pair<MeasurementRequest, probe::Observer>>;

  static Runs::iterator find(Runs& runs, const Uuid& id) {
    return std::ranges::find(runs, id, [](const auto& run) { return run.first.id; });
  }
  std::optional<probe::Observer> take(const Uuid& id) {
    return runs_.with([&](auto& runs) -> std::optional<probe::Observer> {
      const auto found = find(runs, id);
      if (found == runs.end()) return std::nullopt;
      auto observer = std::move(found->second);
      runs.erase(found);
      return observer;
    });
  }

  Guarded<Runs> runs_;
};

// 11.0.0.0/8 is AS11 and 12.0.0.0/8 AS12; nothing else is known.
class SmallRouteTable final : public routing::RouteTable {
 public:
  [[nodiscard]] std::optional<routing::Origin> origin(const IpAddress& asked) const override {
    for (const auto& [prefix, origin] : origins_)
      if (prefix.contains(asked)) return origin;
    return std::nullopt;
  }
  [[nodiscard]] std::string_view org_name(Asn asn) const override {
    for (const auto& [prefix, origin] : origins_)
      if (origin.asn == asn) return origin.org_name;
    return {};
  }
  [[nodiscard]] routing::TableInfo info() const override {
    return {.source = "small",
            .version = "1",
            .as_of = kTestStart,
            .licence = "CC0",
            .attribution = "made for tests",
            .attribution_url = "https://example.net/"};
  }

 private:
  static routing::Origin known(std::uint32_t asn, std::string_view name, std::string_view prefix) {
    return {.asn = Asn{asn}, .org_name = name, .prefix = Prefix::parse(prefix).value()};
  }
  std::vector<std::pair<Prefix, routing::Origin>> origins_{
      {Prefix::parse("11.0.0.0/8").value(), known(11, "Eleven", "11.0.0.0/8")},
      {Prefix::parse("12.0.0.0/8").value(), known(12, "Twelve", "12.0.0.0/8")}};
};

// One line for tools/check_api_responses.py, where it is asked for.
inline void record_line(const boost::json::object& line) {
  if (const auto* file = std::getenv("CW_API_RECORD"); file != nullptr)
    std::ofstream(file, std::ios::app) << boost::json::serialize(line) << '\n';
}

class TestNode {
 public:
  TestNode() : TestNode(ApiOptions{}) {}
  explicit TestNode(ApiOptions options, StaticSite page = {}, schedule::TargetPolicy policy = {})
      : admission(std::move(policy)) {
    store_ = store::SqlStore::open("sqlite::memory:").value();
    queue_ = queue::EmbeddedJobQueue::open(store_->database(), {.seed = 1, .now = clock.now()}).value();
    options.version = "1.2.3";
    options.wire_name = "scripted";
    options.seed = 7;
    if (options.presets.empty())
      options.presets = {{.name = "two",
                          .title = "Two networks",
                          .description = "For tests",
                          .targets = {{address("11.0.0.1"), "eleven.example"}, {address("12.0.0.1"), ""}}}};
    api = std::make_unique<Api>(
        ApiPorts{
            .targets = store_->targets(),
            .measurements = store_->measurements(),
            .refusals = store_->refusals(),
            .settings = store_->settings(),
            .queue = *queue_,
            .prober = prober,
            .routes = routes,
            .admission = admission,
            .clock = clock,
            .resolve = [this](const std::string& name, std::optional<Family> family) { return resolve(name, family); }},
        std::move(options), std::move(page));
  }

  platform::HttpRequest request(std::string method, std::string_view target, std::string body = {}) const {
    platform::HttpRequest made{.method = std::move(method),
                               .path = std::string(target.substr(0, target.find('?'))),
                               .headers = {{"host", "localhost:8480"}},
                               .body = std::move(body),
                               .request_id = "request-1",
                               .local_port = 8480};
    if (!made.body.empty()) made.headers.emplace("content-type", "application/json");
    if (const auto mark = target.find('?'); mark != std::string_view::npos)
      for (const auto pair : split(target.substr(mark + 1), '&'))
        made.query.emplace(pair.substr(0, pair.find('=')), pair.substr(pair.find('=') + 1));
    return made;
  }
  platform::HttpResponse send(const platform::HttpRequest& made) const {
    auto response = api->handle(made);
    record(made, response);
    return response;
  }
  platform::HttpResponse send(std::string method, std::string_view target, std::string body = {}) const {
    return send(request(std::move(method), target, std::move(body)));
  }

  [[nodiscard]] store::TargetStore& targets() const { return store_->targets(); }
  [[nodiscard]] store::MeasurementStore& measurements() const { return store_->measurements(); }
  [[nodiscard]] store::RefusalStore& refusals() const { return store_->refusals(); }
  [[nodiscard]] store::SettingsStore& settings() const { return store_->settings(); }
  [[nodiscard]] queue::JobQueue& queue() const { return *queue_; }

  ManualClock clock{kTestStart};
  ScriptedProber prober;
  routing::RouteTables routes{std::make_shared<SmallRouteTable>()};
  schedule::ProbeAdmission admission;
  std::map<std::string, std::vector<IpAddress>> names;  // what resolves
  std::unique_ptr<Api> api;

 private:
  Result<std::vector<IpAddress>> resolve(const std::string& name, std::optional<Family> family) const {
    const auto found = names.find(name);
    if (found == names.end()) return fail(ErrorKind::not_found, "cannot resolve " + name);
    std::vector<IpAddress> addresses;
    for (const auto& known : found->second)
      if (!family || known.family() == *family) addresses.push_back(known);
    return addresses;
  }

  static void record(const platform::HttpRequest& asked, const platform::HttpResponse& response) {
    boost::json::object line{
        {"method", asked.method}, {"path", asked.path}, {"status", response.status}, {"body", response.body}};
    for (const auto& [name, value] : response.headers)
      if (name == "Content-Type") line["type"] = value;
    record_line(line);
  }

  std::unique_ptr<store::SqlStore> store_;
  std::unique_ptr<queue::EmbeddedJobQueue> queue_;
};

inline boost::json::object object_of(const platform::HttpResponse& response) {
  return boost::json::parse(response.body).as_object();
}

inline std::string header_of(const platform::HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}

inline std::string problem_of(const platform::HttpResponse& response) {
  return std::string(object_of(response)["type"].as_string()).substr(std::string_view("/problems/").size());
}

// A reply at a TTL.
inline probe::ReplyEvent reply(int ttl, std::string_view from, std::chrono::microseconds rtt, int attempt = 1) {
  return {.ttl = Ttl{static_cast<std::uint8_t>(ttl)},
          .reply = {.from = address(from),
                    .rtt = rtt,
                    .icmp_type = 11,
                    .icmp_code = 0,
                    .reply_ttl = 64,
                    .quoted_ttl = 1,
                    .attempt = attempt}};
}

// A trace over these addresses, one a TTL, "" for silence; the last is the destination's.
inline Measurement trace_over(const MeasurementRequest& request, const std::vector<std::string>& hops) {
  Measurement measurement{.id = request.id,
                          .kind = request.kind,
                          .vantage = "home",
                          .target = request.target,
                          .address = request.address,
                          .prober = "scripted",
                          .method = request.method,
                          .started_at = kTestStart,
                          .finished_at = kTestStart + std::chrono::milliseconds(60),
                          .status = Status::reached,
                          .stop_reason = StopReason::destination,
                          .probes_sent = static_cast<int>(hops.size())};
  for (std::size_t i = 0; i < hops.size(); ++i) {
    Hop hop{.ttl = Ttl{static_cast<std::uint8_t>(i + 1)}, .sent = 1};
    if (!hops[i].empty())
      hop.replies.push_back(reply(static_cast<int>(i + 1), hops[i], std::chrono::milliseconds(i + 1)).reply);
    if (i + 1 == hops.size() && !hop.replies.empty()) hop.replies.front().icmp_type = 0;
    measurement.hops.push_back(std::move(hop));
  }
  return measurement;
}

}  // namespace cw::api
