#include <memory>

#include "app/declare_options.hpp"
#include "app/probe_texts.hpp"

namespace cw::app {
namespace {

constexpr int kMostShown = 100'000;

}  // namespace

Finish declare_graph(CLI::App& app, GraphAction action) {
  auto command = std::make_shared<GraphCommand>();
  command->action = action;
  auto networks = std::make_shared<std::vector<std::string>>();
  auto json = std::make_shared<bool>(false);
  if (action == GraphAction::path) {
    app.add_option("FROM TO", *networks, "Two networks, such as AS13335 AS3333")
        ->type_name("")
        ->required()
        ->expected(2);
    app.add_flag("--any-way", command->any_way, "Also against the direction in which packets were seen to travel");
  }
  if (action == GraphAction::neighbours) {
    app.add_option("ASN", *networks, "A network, such as AS13335")->type_name("")->required()->expected(1);
    app.add_option("--most", command->most, "How many")
        ->type_name("N")
        ->check(CLI::Range(1, kMostShown))
        ->capture_default_str();
  }
  if (action == GraphAction::write)
    app.add_option("--format", command->format, "graphml, gexf, cypher or itdk")
        ->type_name("NAME")
        ->capture_default_str();
  declare_settings(app, command->settings);
  if (action != GraphAction::write) declare_json(app, *json);
  return [=]() -> Result<Command> {
    for (const auto& network : *networks) command->networks.push_back(TRY(Asn::parse(network)));
    command->output = output_of(*json);
    return *command;
  };
}

}  // namespace cw::app
