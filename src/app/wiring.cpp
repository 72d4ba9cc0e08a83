#include "app/wiring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "api/static_site.hpp"
#include "app/node/node_client.hpp"
#include "app/node/open_graph.hpp"
#include "app/places.hpp"
#include "app/probers.hpp"
#include "app/wires.hpp"
#include "core/log.hpp"
#include "platform/resolver.hpp"

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

// Named threads that stop when what is returned goes.
std::shared_ptr<void> start_thread(const std::string& name, std::function<void(const std::stop_token&)> work) {
  auto thread = std::make_shared<ThreadGroup>();
  thread->start(name, std::move(work));
  return thread;
}

bool measures(const Settings& settings) { return names_role(settings, "api") || names_role(settings, "worker"); }

}  // namespace

bool needs_wire(const Settings& settings) {
  const auto probers = settings.words("worker.probers");
  return measures(settings) && std::ranges::find(probers, "native") != probers.end();
}

Result<std::unique_ptr<Node>> Node::open(NodeParts parts, const Clock& clock) {
  // External tools would leave the simulated Internet for the real one, and its networks are no part of the real graph.
  if (parts.network == Network::simulated) {
    TRY(parts.settings.set("worker.probers", "native", SettingOrigin::command_line));
    TRY(parts.settings.set("graph.url", "store:", SettingOrigin::command_line));
  }
  auto policy = TRY(target_policy(parts.settings));
  auto stores = TRY(open_stores(parts.store_url, parts.settings, clock.now()));
  auto wire = std::move(parts.wire);
  std::unique_ptr<Node> node(new Node(std::move(parts), std::move(stores), std::move(policy), clock));
  TRY(node->open_opt_outs());
  TRY(node->open_prober(std::move(wire)));
  if (node->has_role("api")) TRY(node->open_api());
  if (node->has_role("worker")) node->open_workers();
  if (node->has_role("scheduler")) TRY(node->open_scheduler());
  if (node->has_role("grapher")) TRY(node->open_grapher());
  return node;
}

Node::Node(NodeParts parts, Stores stores, schedule::TargetPolicy policy, const Clock& clock)
    : settings_(std::move(parts.settings)),
      network_(parts.network),
      clock_(clock),
      stores_(std::move(stores)),
      routes_(std::move(parts.table)),
      admission_(std::move(policy)) {}

Node::~Node() { threads_.stop(); }

bool Node::has_role(std::string_view role) const { return names_role(settings_, role); }

Result<> Node::open_prober(std::unique_ptr<platform::Wire> wire) {
  if (!measures(settings_)) {
    prober_ = std::make_unique<NoProber>();
    return {};
  }
  if (wire != nullptr) wire_name_ = wire->traits().name;
  ProberSetup setup{
      .order = settings_.words("worker.probers"),
      .wire = std::move(wire),
      .native = {.packets_per_second = static_cast<std::uint32_t>(settings_.whole_number("probe.packets_per_second")),
                 .seed = system_seed(),
                 .identity_text = settings_.text("probe.identity")}};
  auto probers = TRY(Probers::open(std::move(setup), clock_));
  kept_ = probers->kept();
  launch_probers_ = [opened = probers.get()] {
    if (const auto launched = opened->launch(); !launched) log_error(kArea, "{}", launched.error().message);
    for (const auto& missing : opened->missing()) log_warning(kArea, "{}", missing);
  };
  prober_ = std::move(probers);
  return {};
}

Result<> Node::open_opt_outs() {
  const auto& file = settings_.text("policy.opt_out_file");
  if (!file.empty()) opt_outs_ = TRY(OptOutFile::open(file, admission_));
  return {};
}

Result<> Node::open_api() {
  auto options = api_options(settings_);
  options.wire_name = wire_name_;
  options.demo = network_ == Network::simulated;
  api_ = std::make_unique<api::Api>(api::ApiPorts{.targets = stores_.store->targets(),
                                                  .measurements = stores_.store->measurements(),
                                                  .refusals = stores_.store->refusals(),
                                                  .settings = stores_.store->settings(),
                                                  .queue = *stores_.queue,
                                                  .prober = *prober_,
                                                  .routes = routes_,
                                                  .admission = admission_,
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

void Node::open_workers() {
  workers_ = std::make_unique<roles::WorkerPool>(
      stores_.store->settings(),
      roles::WorkerPoolOptions{.make_worker = [this](int /*number*/) { return make_worker(); },
                               .start_thread = start_thread,
                               .settings = settings_});
}

std::unique_ptr<roles::Worker> Node::make_worker() {
  const bool joins = settings_.text("probe.known_hops") == "join";
  roles::WorkerOptions options{.vantage = settings_.text("vantage.name"),
                               .settings = settings_,
                               .dscp = static_cast<std::uint8_t>(settings_.whole_number("probe.dscp")),
                               .known_hops = joins ? KnownHops::join : KnownHops::probe,
                               .on_stored = [this](const store::NewMeasurement& stored) {
                                 if (api_ != nullptr) api_->count_stored(stored.measurement);
                               }};
  return std::make_unique<roles::Worker>(roles::WorkerPorts{.queue = *stores_.queue,
                                                            .prober = *prober_,
                                                            .measurements = stores_.store->measurements(),
                                                            .refusals = stores_.store->refusals(),
                                                            .settings = stores_.store->settings(),
                                                            .routes = routes_,
                                                            .admission = admission_},
                                         std::move(options), clock_);
}

Result<> Node::open_scheduler() {
  auto prober_by_label = TRY(schedule::ProberByLabel::parse(settings_.text("probe.prober_by_label")));
  scheduler_ = std::make_unique<roles::Scheduler>(
      roles::SchedulerPorts{.targets = stores_.store->targets(),
                            .queue = *stores_.queue,
                            .refusals = stores_.store->refusals(),
                            .routes = routes_,
                            .admission = admission_},
      roles::SchedulerOptions{.prober_by_label = std::move(prober_by_label), .seed = system_seed()});
  return {};
}

Result<> Node::open_grapher() {
  graph_ = TRY(open_graph(settings_, stores_.store->database()));
  grapher_ = std::make_unique<roles::Grapher>(
      roles::GrapherPorts{
          .feed = stores_.store->feed(), .measurements = stores_.store->measurements(), .graph = *graph_},
      roles::GrapherOptions{.seed = system_seed()});
  return {};
}

Result<ImportResult> Node::import(const std::vector<std::string>& sources,
                                  const std::function<void(const std::string&)>& on_refused) {
  NoProber no_prober;
  const auto bookkeeper =
      make_bookkeeper(stores_, no_prober, routes_, admission_, clock_, settings_, TargetSource::static_list);
  const auto books = client_of(*bookkeeper);
  return import_targets(
      sources, {},
      {.import = [&](const std::string& body) { return books->call("POST", "/api/v1/targets/import", body); },
       .on_refused = on_refused});
}

// The engine first, as the others use it; the page last, as it shows them.
void Node::start() {
  if (launch_probers_) launch_probers_();
  if (api_ != nullptr) threads_.start("cw-api", [this](const std::stop_token& stop) { api_->run(stop); });
  if (opt_outs_) threads_.start("cw-opt-outs", [this](const std::stop_token& stop) { opt_outs_->run(stop); });
  if (workers_ != nullptr) threads_.start("cw-workers", [this](const std::stop_token& stop) { workers_->run(stop); });
  if (scheduler_ != nullptr)
    threads_.start("cw-scheduler", [this](const std::stop_token& stop) { scheduler_->run(clock_, stop); });
  if (grapher_ != nullptr) threads_.start("cw-grapher", [this](const std::stop_token& stop) { grapher_->run(stop); });
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
