#include <fmt/format.h>

#include <memory>

#include "app/declare_options.hpp"
#include "app/probe_texts.hpp"
#include "core/text.hpp"

namespace cw::app {
namespace {

constexpr int kMostShown = 10'000;

// Ids, or all dead jobs.
Result<std::vector<Uuid>> read_ids(const std::vector<std::string>& texts, bool all) {
  if (texts.empty() != all)
    return fail(ErrorKind::invalid, all ? "name jobs or say --all, not both" : "name jobs, or say --all for all dead");
  std::vector<Uuid> ids;
  for (const auto& text : texts) ids.push_back(TRY(Uuid::parse(text)));
  return ids;
}

}  // namespace

Finish declare_queue(CLI::App& app, QueueAction action) {
  auto command = std::make_shared<QueueCommand>();
  command->action = action;
  auto ids = std::make_shared<std::vector<std::string>>();
  auto json = std::make_shared<bool>(false);
  auto flag = std::make_shared<bool>(false);
  const bool names_jobs = action == QueueAction::retry || action == QueueAction::drop;
  if (action == QueueAction::peek) {
    app.add_flag("--dead", *flag, "Dead jobs with their reason, the last first; else waiting ones");
    app.add_option("--most", command->most, "How many")
        ->type_name("N")
        ->check(CLI::Range(1, kMostShown))
        ->capture_default_str();
  }
  if (names_jobs) {
    app.add_option("ID", *ids, "As in `cyberwatch queue peek`")->type_name("");
    app.add_flag("--all", *flag, "All dead jobs");
  }
  declare_settings(app, command->settings);
  declare_json(app, *json);
  return [=]() -> Result<Command> {
    if (names_jobs) command->ids = TRY(read_ids(*ids, *flag));
    command->jobs = *flag ? QueueJobs::dead : names_jobs ? QueueJobs::named : QueueJobs::waiting;
    command->output = output_of(*json);
    return *command;
  };
}

}  // namespace cw::app
