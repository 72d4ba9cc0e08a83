#include "app/wiring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/static_site.hpp"
#include "app/node/node_client.hpp"
#include "app/places.hpp"
#include "app/wires.hpp"
#include "core/log.hpp"
#include "platform/resolver.hpp"
#include "ports/probe/native/native_prober.hpp"

namespace cw::app {
namespace {

constexpr std::string_view kArea = "node";

bool names_role(const Settings& settings, std::string_view role) {
  const auto roles = settings.words("node.roles");
  return std::ranges::find(roles, role) != roles.end();
}

// The page is a part of the API that may be missing: then every path says how to build it.
api::StaticSite load_page(const Settings& settings) {
  const auto folder = find_web_folder(settings);
  if (!folder) {
    log_warning(kArea, "no page: {}", folder.error().message);
    return {};
  }
  auto site = api::StaticSite::load(*folder);
  if (site) return *std::move(site);
  log_warning(kArea, "no page: {}", site.error().message);
  return {};
}

}  // namespace

bool needs_wire(const Settings& settings) { return names_role(settings, "api") || names_role(settings, "worker"); }

Result<std::unique_ptr<Node>> Node::open(NodeParts parts, const Clock& clock) {
  auto stores = TRY(open_stores(parts.store_url, clock.now()));
  auto wire = std::move(parts.wire);
  std::unique_ptr<Node> node(new Node(std::move(parts), std::move(stores), clock));
  node->open_prober(std::move(wire));
  if (node->has_role("api")) TRY(node->open_api());
  if (node->has_role("worker")) node->open_worker();
  if (node->has_role("scheduler")) node->open_scheduler();
  return node;
}

Node::Node(NodeParts parts, Stores stores, const Clock& clock)
    : settings_(std::move(parts.settings)),
      network_(parts.network),
      clock_(clock),
      stores_(std::move(stores)),
      routes_(std::move(parts.table)) {}

Node::~Node() { threads_.stop(); }

bool Node::has_role(std::string_view role) const { return names_role(settings_, role); }

void Node::open_prober(std::unique_ptr<platform::Wire> wire) {
  if (wire == nullptr) {
    prober_ = std::make_unique<NoProber>();
    return;
  }
  wire_name_ = wire->traits().name;
  const probe::NativeProberOptions options{
      .packets_per_second = static_cast<std::uint32_t>(settings_.whole_number("probe.packets_per_second")),
      .seed = system_seed(),
  };
  auto native = std::make_unique<probe::NativeProber>(std::move(wire), options);
  launch_prober_ = [prober = native.get()] { prober->launch(); };
  prober_ = std::move(native);
}

Result<> Node::open_api() {
  auto options = api_options(settings_);
  options.wire_name = wire_name_;
  options.demo = network_ == Network::simulated;
  api_ = std::make_unique<api::Api>(api::ApiPorts{.targets = stores_.store->targets(),
                                                  .measurements = stores_.store->measurements(),
                                                  .settings = stores_.store->settings(),
                                                  .queue = *stores_.queue,
                                                  .prober = *prober_,
                                                  .routes = routes_,
                                                  .clock = clock_,
                                                  .resolve = platform::resolve},
                                    std::move(options), load_page(settings_));
  const platform::HttpServerOptions listen{.address = settings_.text("listen.address"),
                                           .port = static_cast<std::uint16_t>(settings_.whole_number("listen.port"))};
  auto server = platform::HttpServer::open(listen, [this](const auto& request) { return api_->handle(request); });
  if (!server) return std::unexpected(std::move(server).error());
  server_ = *std::move(server);
  return stores_.store->publish_url(url());
}

void Node::open_worker() {
  roles::WorkerOptions options{.vantage = settings_.text("vantage.name"),
                               .policy = target_policy(settings_),
                               .settings = settings_,
                               .on_stored = [this](const store::NewMeasurement& stored) {
                                 if (api_ != nullptr) api_->count_stored(stored.measurement);
                               }};
  worker_ = std::make_unique<roles::Worker>(roles::WorkerPorts{.queue = *stores_.queue,
                                                               .prober = *prober_,
                                                               .measurements = stores_.store->measurements(),
                                                               .settings = stores_.store->settings(),
                                                               .routes = routes_},
                                            std::move(options), clock_);
}

void Node::open_scheduler() {
  scheduler_ = std::make_unique<roles::Scheduler>(
      roles::SchedulerPorts{.targets = stores_.store->targets(), .queue = *stores_.queue},
      roles::SchedulerOptions{.policy = target_policy(settings_), .seed = system_seed()});
}

Result<ImportResult> Node::import(const std::vector<std::string>& sources,
                                  const std::function<void(const std::string&)>& on_refused) {
  NoProber no_prober;
  const auto bookkeeper = make_bookkeeper(stores_, no_prober, routes_, clock_, settings_, TargetSource::static_list);
  const auto books = client_of(*bookkeeper);
  return import_targets(
      sources, {},
      {.import = [&](const std::string& body) { return books->call("POST", "/api/v1/targets/import", body); },
       .on_refused = on_refused});
}

// The engine first, as the others use it; the page last, as it shows them.
void Node::start() {
  if (launch_prober_) launch_prober_();
  if (api_ != nullptr) threads_.start("cw-api", [this](const std::stop_token& stop) { api_->run(stop); });
  if (worker_ != nullptr) threads_.start("cw-worker", [this](const std::stop_token& stop) { worker_->run(stop); });
  if (scheduler_ != nullptr)
    threads_.start("cw-scheduler", [this](const std::stop_token& stop) { scheduler_->run(clock_, stop); });
  if (server_ != nullptr)
    threads_.start("cw-http", [this](const std::stop_token&) { server_->run(); }, [this] { server_->stop(); });
}

std::string Node::url() const {
  if (server_ == nullptr) return "";
  const auto& address = settings_.text("listen.address");
  const bool is_v6 = address.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}/", is_v6 ? "[" : "", address, is_v6 ? "]" : "", server_->port());
}

}  // namespace cw::app
