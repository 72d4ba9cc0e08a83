#pragma once

// The node: its back ends, roles and threads put together. The one place, with its neighbours in app/node, that
// names a concrete adapter.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/api.hpp"
#include "app/node/node_api.hpp"
#include "app/node/opt_out_file.hpp"
#include "app/node/target_list.hpp"
#include "app/thread_group.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "model/settings.hpp"
#include "platform/http_server.hpp"
#include "platform/privileges.hpp"
#include "platform/wire.hpp"
#include "ports/graph/graph_store.hpp"
#include "ports/probe/prober.hpp"
#include "ports/routing/route_table.hpp"
#include "roles/grapher/grapher.hpp"
#include "roles/scheduler/scheduler.hpp"
#include "roles/worker/worker_pool.hpp"
#include "rules/schedule/probe_admission.hpp"

namespace cw::app {

enum class Network : std::uint8_t { real, simulated };

struct NodeParts {
  Settings settings;
  std::string store_url;
  std::unique_ptr<platform::Wire> wire;  // none where no role measures
  std::shared_ptr<const routing::RouteTable> table;
  Network network = Network::real;
};

// Whether a role asks for probes, and the native prober for a wire to send them.
bool needs_wire(const Settings& settings);

class Node {
 public:
  // Opens what may fail or needs privileges: stores, engine, port. Nothing runs yet. `unavailable` and `conflict`
  // (a taken port) say what to do.
  static Result<std::unique_ptr<Node>> open(NodeParts parts, const Clock& clock);
  // Stops what runs, in the reverse order of its start.
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // Puts the targets of files and presets into the store, as static ones.
  Result<ImportResult> import(const std::vector<std::string>& sources,
                              const std::function<void(const std::string&)>& on_refused);
  store::TargetStore& targets() { return stores_.store->targets(); }

  // What of the privileges is to be kept for external tools when the others are dropped, between `open` and `start`.
  [[nodiscard]] platform::Kept kept() const { return kept_; }
  void start();
  // "http://127.0.0.1:8480/"; empty without the API.
  [[nodiscard]] std::string url() const;

 private:
  Node(NodeParts parts, Stores stores, schedule::TargetPolicy policy, const Clock& clock);
  [[nodiscard]] bool has_role(std::string_view role) const;
  Result<> open_prober(std::unique_ptr<platform::Wire> wire);
  Result<> open_opt_outs();
  Result<> open_api();
  void open_workers();
  std::unique_ptr<roles::Worker> make_worker();
  Result<> open_scheduler();
  Result<> open_grapher();

  Settings settings_;
  Network network_;
  const Clock& clock_;
  Stores stores_;
  routing::RouteTables routes_;
  schedule::ProbeAdmission admission_;
  std::optional<OptOutFile> opt_outs_;
  std::string wire_name_;
  std::unique_ptr<probe::Prober> prober_;
  std::function<void()> launch_probers_;
  platform::Kept kept_ = platform::Kept::nothing;
  std::unique_ptr<api::Api> api_;
  std::unique_ptr<roles::WorkerPool> workers_;
  std::unique_ptr<roles::Scheduler> scheduler_;
  std::unique_ptr<graph::GraphStore> graph_;
  std::unique_ptr<roles::Grapher> grapher_;
  std::unique_ptr<platform::HttpServer> server_;
  ThreadGroup threads_;  // stopped before anything else goes
};

}  // namespace cw::app
