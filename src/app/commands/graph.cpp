// `cyberwatch graph path|neighbours|status|rebuild|export`: the graph of networks where the settings say it is.

#include <fmt/format.h>

#include "app/commands/commands.hpp"
#include "app/node/open_graph.hpp"
#include "app/node/open_store.hpp"
#include "app/places.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "app/wires.hpp"
#include "formats/graph_writer.hpp"
#include "formats/json_writer.hpp"
#include "roles/grapher/grapher.hpp"

namespace cw::app {
namespace {

constexpr int kPage = 2'000;
// Somebody else who fills the same graph is no fault; many of them in a row are.
constexpr int kMostConflicts = 100;

// The graph, and the store that it may lie in.
struct OpenedGraph {
  std::unique_ptr<store::SqlStore> store;
  std::unique_ptr<graph::GraphStore> graph;
};

Result<OpenedGraph> open_for_reading(const Settings& settings) {
  OpenedGraph opened;
  if (!graph_is_in_store(settings)) {
    opened.graph = TRY(open_server_graph(settings));
    return opened;
  }
  opened.store = TRY(open_store(store_url(settings), settings));
  opened.graph = TRY(open_graph(settings, opened.store->database()));
  return opened;
}

std::string rtt_text(const std::optional<Duration>& rtt) {
  return rtt ? fmt::format("{:.3f} ms", to_milliseconds(*rtt)) : std::string("-");
}

std::string route_line(const graph::Route& route, Output output) {
  if (output == Output::text)
    return fmt::format("{:>12} -> {:<12} seen {:>8}  rtt {} to {}  last {}{}\n", route.ends.from.to_string(),
                       route.ends.to.to_string(), route.observed_count, rtt_text(route.min_rtt),
                       rtt_text(route.max_rtt), format_rfc3339(route.last_seen),
                       route.ixp_id.empty() ? "" : "  at " + route.ixp_id);
  formats::JsonWriter json;
  json.begin_object();
  json.key("from").integer(route.ends.from.value);
  json.key("to").integer(route.ends.to.value);
  json.key("observed_count").integer(route.observed_count);
  json.key("min_rtt_ms");
  route.min_rtt ? json.milliseconds(*route.min_rtt) : json.null();
  json.key("max_rtt_ms");
  route.max_rtt ? json.milliseconds(*route.max_rtt) : json.null();
  json.key("first_seen").string(format_rfc3339(route.first_seen));
  json.key("last_seen").string(format_rfc3339(route.last_seen));
  json.key("ixp_id").string_or_null(route.ixp_id);
  json.end_object();
  return json.take() + "\n";
}

Result<ExitCode> tell_routes(const std::vector<graph::Route>& routes, Output output) {
  for (const auto& route : routes)
    if (!write_out(route_line(route, output))) return ExitCode::failed;
  return ExitCode::done;
}

Result<ExitCode> tell_status(graph::GraphStore& graph, Output output) {
  const auto position = TRY(graph.cursor());
  const auto counts = TRY(graph.counts());
  if (output == Output::text)
    return write_out(fmt::format(
               "networks      {}\nprefixes      {}\nexchanges     {}\nroutes        {}, seen {} times\n"
               "position      {}\n",
               counts.networks, counts.prefixes, counts.exchanges, counts.routes, counts.observations, position))
               ? ExitCode::done
               : ExitCode::failed;
  formats::JsonWriter json;
  json.begin_object();
  json.key("networks").integer(counts.networks);
  json.key("prefixes").integer(counts.prefixes);
  json.key("exchanges").integer(counts.exchanges);
  json.key("routes").integer(counts.routes);
  json.key("observations").integer(counts.observations);
  json.key("position").integer(position);
  json.end_object();
  return write_out(json.take() + "\n") ? ExitCode::done : ExitCode::failed;
}

// Page by page to stdout. False when nobody reads any more.
template <class Record, class Key, class Next, class KeyOf, class Write>
Result<bool> write_pages(std::optional<Key> after, Next&& next, KeyOf&& key_of, Write&& write) {
  while (true) {
    const std::vector<Record> page = TRY(next(after));
    if (page.empty()) return true;
    std::string text;
    for (const auto& record : page) text += write(record);
    if (!text.empty() && !write_out(text)) return false;
    after = key_of(page.back());
  }
}

Result<bool> write_all(graph::GraphStore& graph, formats::GraphWriter& writer) {
  if (!write_out(writer.begin())) return false;
  if (!TRY((write_pages<graph::Exchange, std::string>(
          {}, [&](const auto& after) { return graph.exchanges(after, kPage); },
          [](const auto& last) { return last.ixp_id; }, [&](const auto& one) { return writer.exchange(one); }))))
    return false;
  if (!TRY((write_pages<graph::Network, Asn>(
          {}, [&](const auto& after) { return graph.networks(after, kPage); },
          [](const auto& last) { return last.asn; }, [&](const auto& one) { return writer.network(one); }))))
    return false;
  if (!TRY((write_pages<graph::Membership, graph::Membership>(
          {}, [&](const auto& after) { return graph.memberships(after, kPage); }, [](const auto& last) { return last; },
          [&](const auto& one) { return writer.membership(one); }))))
    return false;
  if (!TRY((write_pages<graph::Origin, graph::Origin>(
          {}, [&](const auto& after) { return graph.origins(after, kPage); }, [](const auto& last) { return last; },
          [&](const auto& one) { return writer.origin(one); }))))
    return false;
  if (!TRY((write_pages<graph::Route, graph::RouteEnds>(
          {}, [&](const auto& after) { return graph.routes(after, kPage); }, [](const auto& last) { return last.ends; },
          [&](const auto& one) { return writer.route(one); }))))
    return false;
  return write_out(writer.end());
}

Result<> fill(roles::Grapher& grapher) {
  for (int conflicts = 0; conflicts < kMostConflicts;) {
    const auto taken = grapher.run_once();
    if (taken && *taken == 0) return {};
    if (!taken && taken.error().kind != ErrorKind::conflict) return std::unexpected(taken.error());
    conflicts = taken ? 0 : conflicts + 1;
  }
  return fail(ErrorKind::conflict, "somebody else writes the graph all the time: stop the other `graph rebuild`");
}

// 1. Where the graph is in the store, so is what it is made of: both are opened.
// 2. On a server, the graph is emptied even while a node has the store: that node then fills it again.
Result<ExitCode> rebuild(const Settings& settings, Output output) {
  auto store = open_store(store_url(settings), settings);
  if (!store && graph_is_in_store(settings)) return std::unexpected(std::move(store).error());
  const auto graph = TRY(open_graph(settings, store ? (*store)->database() : nullptr));
  TRY(graph->clear());
  if (!store) {
    say_error(
        fmt::format("the graph is empty now, and the node that has the store fills it: {}", store.error().message));
    return ExitCode::done;
  }
  roles::Grapher grapher({.feed = (*store)->feed(), .measurements = (*store)->measurements(), .graph = *graph},
                         {.seed = system_seed()});
  TRY(fill(grapher));
  return tell_status(*graph, output);
}

}  // namespace

Result<ExitCode> run(const GraphCommand& command) {
  const auto format = TRY(formats::parse_graph_format(command.format));
  const auto settings =
      TRY(load_settings({command.settings.config, process_environment(), command.settings.overrides}));
  if (command.action == GraphAction::rebuild) return rebuild(settings, command.output);
  const auto opened = TRY(open_for_reading(settings));
  auto& graph = *opened.graph;
  switch (command.action) {
    case GraphAction::path:
      return tell_routes(
          TRY(graph.path({.from = command.networks.at(0),
                          .to = command.networks.at(1),
                          .heading = command.any_way ? graph::Heading::any : graph::Heading::with_travel})),
          command.output);
    case GraphAction::neighbours:
      return tell_routes(TRY(graph.neighbours(command.networks.at(0), command.most)), command.output);
    case GraphAction::write:
      return TRY(write_all(graph, *formats::make_graph_writer(format))) ? ExitCode::done : ExitCode::failed;
    case GraphAction::status:
    case GraphAction::rebuild:
      break;
  }
  return tell_status(graph, command.output);
}

}  // namespace cw::app
