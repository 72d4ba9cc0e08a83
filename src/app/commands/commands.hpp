#pragma once

// One function a command, each in a file of its own name. An error is told by `main` in one line, its kind says
// the exit code (app/exit_code.hpp).

#include "app/command_line.hpp"
#include "app/exit_code.hpp"
#include "core/result.hpp"

namespace cw::app {

Result<ExitCode> run(const ServeCommand& command);
Result<ExitCode> run(const DemoCommand& command);
Result<ExitCode> run(const TraceCommand& command);
Result<ExitCode> run(const PingCommand& command);
Result<ExitCode> run(const MtrCommand& command);
Result<ExitCode> run(const SurveyCommand& command);
Result<ExitCode> run(const TargetCommand& command);
Result<ExitCode> run(const WhyCommand& command);
Result<ExitCode> run(const ExportCommand& command);
Result<ExitCode> run(const ImportCommand& command);
Result<ExitCode> run(const QueueCommand& command);
Result<ExitCode> run(const SettingsCommand& command);
Result<ExitCode> run(const GraphCommand& command);
Result<ExitCode> run(const LookupCommand& command);
Result<ExitCode> run(const DataStatusCommand& command);
Result<ExitCode> run(const DoctorCommand& command);
Result<ExitCode> run(const VersionCommand& command);
Result<ExitCode> run(const CompletionCommand& command);

// What this build calls itself: "0.1.0".
std::string_view version();

}  // namespace cw::app
