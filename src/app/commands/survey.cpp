// `cyberwatch survey`: a plan, a wire, a file that grows, and a state beside it that a later run goes on from.

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/commands/commands.hpp"
#include "app/node/node_api.hpp"
#include "app/oneshot/prefix_list.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "app/wires.hpp"
#include "core/text.hpp"
#include "platform/privileges.hpp"
#include "platform/signals.hpp"
#include "ports/probe/survey/survey.hpp"
#include "ports/probe/survey/survey_log.hpp"
#include "rules/schedule/target_policy.hpp"

namespace cw::app {
namespace {

constexpr Duration kSaveEvery = std::chrono::seconds(1);

// The replies' file and the state's. The state is written after the replies that it speaks of; a crash between the
// two leaves replies behind the state's end, which the next run cuts off and asks for again.
class SurveyFile {
 public:
  explicit SurveyFile(std::string path) : path_(std::move(path)), state_path_(path_ + ".state") {}

  // The state of the run that is to go on.
  Result<probe::SurveyState> read_state() const {
    std::ifstream in(state_path_);
    std::string text;
    if (!std::getline(in, text))
      return fail(ErrorKind::not_found, fmt::format("there is no {}: start without --resume", state_path_));
    auto state = probe::survey_state_from_json(text);
    if (!state) return fail(state_path_, std::move(state).error());
    return state;
  }

  // Everything replied before, one by one.
  Result<> recall(const probe::SurveyState& state, probe::Survey& survey) const {
    std::error_code error;
    if (std::filesystem::file_size(path_, error) < state.bytes || error)
      return fail(ErrorKind::invalid, fmt::format("{} is shorter than its state says: start anew", path_));
    std::filesystem::resize_file(path_, state.bytes, error);
    if (error) return fail(ErrorKind::unavailable, fmt::format("{} cannot be written: {}", path_, error.message()));
    std::ifstream in(path_);
    for (std::string line; std::getline(in, line);)
      if (const auto reply = probe::survey_reply_from_json(line)) survey.recall(*reply);
    return {};
  }

  Result<> open_new() {
    std::error_code error;
    if (std::filesystem::exists(path_, error) && std::filesystem::file_size(path_, error) > 0)
      return fail(ErrorKind::conflict,
                  fmt::format("{} is there already: --resume goes on with it, or name another file", path_));
    return open();
  }
  Result<> open() {
    out_.open(path_, std::ios::app | std::ios::binary);
    if (!out_) return fail(ErrorKind::unavailable, fmt::format("{} cannot be written", path_));
    std::error_code error;
    bytes_ = std::filesystem::file_size(path_, error);
    return {};
  }

  void add(const std::string& line) {
    out_ << line << '\n';
    bytes_ += line.size() + 1;
  }

  Result<> save(probe::SurveyState state) {
    out_.flush();
    if (!out_) return fail(ErrorKind::unavailable, fmt::format("{} cannot be written: is the disk full?", path_));
    state.bytes = bytes_;
    const auto next = state_path_ + ".next";
    std::ofstream out(next, std::ios::trunc);
    out << probe::to_json(state) << '\n';
    out.close();
    std::error_code error;
    if (out) std::filesystem::rename(next, state_path_, error);
    if (!out || error) return fail(ErrorKind::unavailable, fmt::format("{} cannot be written", state_path_));
    return {};
  }

 private:
  std::string path_;
  std::string state_path_;
  std::ofstream out_;
  std::uint64_t bytes_ = 0;
};

std::string summary(const probe::SurveyProgress& progress, std::uint64_t total) {
  auto text = fmt::format(
      "{} of {} probes: {} sent, {} spared beyond destinations, {} at hops all paths share, {} forbidden, {} without a "
      "route\n{} replies, {} of them without cookie; {} foreign packets, {} lost in our own buffer\n",
      progress.position, total, progress.sent, progress.beyond, progress.shared, progress.forbidden, progress.refused,
      progress.replies, progress.unverified, progress.foreign, progress.receive_drops);
  if (progress.resets > 0) text += fmt::format("{} accepted TCP connections were taken back\n", progress.resets);
  return text;
}

void show_progress(const probe::SurveyProgress& progress, std::uint64_t total) {
  const auto percent = 100.0 * static_cast<double>(progress.position) / static_cast<double>(total);
  write_out(fmt::format("\r{:5.1f} %  {} sent  {} replies  {} lost in our own buffer\x1b[K", percent, progress.sent,
                        progress.replies, progress.receive_drops));
}

struct Running {
  probe::Survey& survey;
  const probe::SurveyPlan& plan;
  SurveyFile& file;
  std::uint64_t seed;
};

Result<> save(const Running& running) {
  return running.file.save(
      {.fingerprint = running.plan.fingerprint(), .seed = running.seed, .position = running.survey.safe_position()});
}

Result<> run_to_the_end(const Running& running, platform::Wire& wire, const platform::Signals& signals) {
  auto saved_at = wire.now();
  while (!running.survey.is_done()) {
    TRY(running.survey.turn());
    const auto now = wire.now();
    if (now < saved_at + kSaveEvery) continue;
    saved_at = now;
    TRY(save(running));
    if (stdout_is_terminal()) show_progress(running.survey.progress(), running.plan.probe_count());
    if (signals.wait(Duration{})) running.survey.stop();
  }
  for (const auto& hop : running.survey.shared_hops()) running.file.add(probe::to_json(hop));
  return save(running);
}

}  // namespace

Result<ExitCode> run(const SurveyCommand& command) {
  const auto settings =
      TRY(load_settings({command.settings.config, process_environment(), command.settings.overrides}));
  const auto policy = TRY(target_policy(settings));
  auto list = TRY(read_prefix_lists(command.lists));
  for (const auto& refused : list.refused) say_error(refused);
  SurveyFile file(command.output);
  auto seed = command.seed.value_or(system_seed());
  std::optional<probe::SurveyState> state;
  if (command.resume) {
    state = TRY(file.read_state());
    seed = state->seed;
  }
  const auto plan = TRY(probe::SurveyPlan::make(std::move(list.prefixes), command.max_ttl, seed));
  if (state && state->fingerprint != plan.fingerprint())
    return fail(ErrorKind::invalid,
                fmt::format("{} belongs to another list or --max-ttl: say the same as before", command.output));
  const auto signals = TRY(platform::Signals::open());
  const auto wire = TRY(open_wire(command.wire));
  if (probe::is_tcp(command.method) && !wire.wire->traits().sends_tcp)
    return fail(ErrorKind::unsupported,
                "TCP probes need raw sockets: run `setcap cap_net_raw+ep` on the binary, or use --method icmp");
  TRY(platform::drop_privileges());
  probe::SurveyOptions options;
  options.method = command.method;
  options.port = command.port;
  options.dscp = command.dscp;
  options.packets_per_second = static_cast<std::uint32_t>(command.packets_per_second);
  options.seed = seed;
  options.identity_text = command.wire.identity;
  options.may_probe = [&policy](const IpAddress& address) {
    return schedule::check_target(policy, address).has_value();
  };
  options.on_reply = [&file](const probe::SurveyReply& reply) { file.add(probe::to_json(reply)); };
  probe::Survey survey(*wire.wire, plan, std::move(options));
  if (state) {
    TRY(file.recall(*state, survey));
    survey.resume_at(state->position);
    TRY(file.open());
  } else {
    TRY(file.open_new());
  }
  TRY(run_to_the_end({.survey = survey, .plan = plan, .file = file, .seed = seed}, *wire.wire, signals));
  if (stdout_is_terminal()) write_out("\r\x1b[K");
  write_out(summary(survey.progress(), plan.probe_count()));
  const bool all = survey.progress().position == plan.probe_count();
  if (!all) write_out(fmt::format("stopped: the same command with --resume goes on\n"));
  return list.refused.empty() ? ExitCode::done : ExitCode::failed;
}

}  // namespace cw::app
