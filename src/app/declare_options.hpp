#pragma once

// The options that several commands share, declared once each. Only the files that declare commands include this:
// the library that reads the command line is theirs alone.

#include <CLI/CLI.hpp>

#include <functional>

#include "app/command_line.hpp"
#include "core/result.hpp"

namespace cw::app {

// Makes the record once everything was read.
using Finish = std::function<Result<Command>()>;

void declare_json(CLI::App& app, bool& json);
void declare_family(CLI::App& app, bool& only_v4, bool& only_v6);
void declare_settings(CLI::App& app, SettingArguments& settings);

// The commands that send probes (declare_probes.cpp).
Finish declare_trace(CLI::App& app);
Finish declare_ping(CLI::App& app);
Finish declare_mtr(CLI::App& app);
Finish declare_survey(CLI::App& app);

// declare_queue.cpp
Finish declare_queue(CLI::App& app, QueueAction action);

// declare_graph.cpp
Finish declare_graph(CLI::App& app, GraphAction action);

}  // namespace cw::app
