#include "platform/subprocess.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "core/text.hpp"
#include "platform/system_clock.hpp"
#include "platform/temporary_folder.hpp"

namespace cw::platform {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr Instant start_of_test{};

Command shell(std::string script) { return {.arguments = {"/bin/sh", "-c", std::move(script)}}; }

ProcessOutcome run(const Command& command, const ProcessLimits& limits = {}) {
  const SystemClock clock;
  auto process = Subprocess::start(command, limits, clock.now());
  EXPECT_TRUE(process) << process.error().message;
  return process ? run_to_end(std::move(*process), clock) : ProcessOutcome{};
}

Subprocess start(const Command& command, const ProcessLimits& limits = {}) {
  auto process = Subprocess::start(command, limits, start_of_test);
  EXPECT_TRUE(process) << process.error().message;
  return std::move(*process);
}

// Long enough for a machine that is busy with everything else; never waited for when all is well.
bool becomes_readable(int descriptor) {
  pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, 20'000) == 1;
}

std::string first_line(Subprocess& process) {
  std::string said;
  for (bool runs = true; runs && said.find('\n') == std::string::npos && becomes_readable(process.output_fd());) {
    runs = process.pump(start_of_test);
    said += process.take_output();
  }
  return said.substr(0, said.find('\n'));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (const auto line : split(text, '\n'))
    if (!line.empty()) lines.emplace_back(line);
  return lines;
}

std::string status_line(const ProcessOutcome& outcome, std::string_view name) {
  for (const auto& line : lines_of(outcome.output))
    if (line.starts_with(name)) return std::string(trim(std::string_view(line).substr(name.size())));
  return "missing";
}

}  // namespace

TEST(Subprocess, tells_what_was_printed_and_how_it_ended) {
  const auto outcome = run(shell("echo said; echo complained >&2; exit 3"));
  EXPECT_EQ(outcome.end, ProcessEnd::exited);
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.output, "said\n");
  EXPECT_EQ(outcome.errors, "complained\n");
}

TEST(Subprocess, a_program_that_prints_nothing_has_ended_well) {
  const auto outcome = run({.arguments = {"true"}});
  EXPECT_EQ(outcome.end, ProcessEnd::exited);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.output, "");
}

TEST(Subprocess, arguments_arrive_as_they_are_and_no_shell_reads_them) {
  const auto outcome = run({.arguments = {"printf", "%s|", "$HOME; exit 1", "", "a b"}});
  EXPECT_EQ(outcome.output, "$HOME; exit 1||a b|");
}

TEST(Subprocess, a_missing_program_is_named) {
  const auto missing = Subprocess::start({.arguments = {"no-such-tool"}}, {}, start_of_test);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr("no-such-tool"));
  EXPECT_FALSE(Subprocess::start({}, {}, start_of_test));
}

TEST(Subprocess, a_file_that_is_no_program_is_unavailable) {
  const TemporaryFolder folder;
  const auto path = folder / "tool";
  std::ofstream(path) << "neither a program nor a script";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  const auto refused = Subprocess::start({.arguments = {path.string()}}, {}, start_of_test);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
}

TEST(Subprocess, a_program_that_hangs_is_out_of_time_at_its_deadline) {
  auto process = start({.arguments = {"sleep", "1000"}}, {.time = 5s});
  EXPECT_TRUE(process.pump(start_of_test + 4999ms));
  EXPECT_FALSE(process.pump(start_of_test + 5s));
  EXPECT_EQ(process.take_outcome().end, ProcessEnd::out_of_time);
}

TEST(Subprocess, without_a_time_limit_there_is_no_deadline) {
  auto process = start({.arguments = {"sleep", "1000"}}, {.time = Duration::max()});
  EXPECT_TRUE(process.pump(Instant(24h * 365 * 200)));
}

TEST(Subprocess, a_flood_of_output_ends_it_and_what_fits_is_kept) {
  const auto outcome = run({.arguments = {"yes"}}, {.output_bytes = 100'000});
  EXPECT_EQ(outcome.end, ProcessEnd::too_much_output);
  EXPECT_EQ(outcome.output.size(), 100'000);
}

TEST(Subprocess, a_flood_of_complaints_ends_it_too) {
  const auto outcome = run(shell("exec yes >&2"), {.output_bytes = 1000});
  EXPECT_EQ(outcome.end, ProcessEnd::too_much_output);
  EXPECT_EQ(outcome.errors.size(), 1000);
}

TEST(Subprocess, output_that_was_taken_counts_no_more) {
  auto process = start({.arguments = {"cat"}, .input = StandardInput::pipe}, {.output_bytes = 16});
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(::write(process.input_fd(), "123456789\n", 10), 10);
    EXPECT_EQ(first_line(process), "123456789");
  }
}

TEST(Subprocess, death_by_a_signal_is_told_with_its_number) {
  const auto outcome = run(shell("echo last words; kill -SEGV $$"));
  EXPECT_EQ(outcome.end, ProcessEnd::signalled);
  EXPECT_EQ(outcome.code, SIGSEGV);
  EXPECT_EQ(outcome.output, "last words\n");
}

TEST(Subprocess, who_ignores_being_asked_to_end_is_killed_all_the_same) {
  auto process = start(shell("trap '' TERM INT HUP; echo ready; while :; do :; done"));
  EXPECT_EQ(first_line(process), "ready");
  process.kill();
  EXPECT_FALSE(process.pump(start_of_test));
  const auto outcome = process.take_outcome();
  EXPECT_EQ(outcome.end, ProcessEnd::signalled);
  EXPECT_EQ(outcome.code, SIGKILL);
}

TEST(Subprocess, what_it_has_started_is_killed_with_it) {
  auto process = start(shell("(trap '' TERM; sleep 1000; :) & echo $!; wait"));
  const auto grandchild = parse_number<pid_t>(first_line(process));
  ASSERT_TRUE(grandchild);
  const FileDescriptor watched(static_cast<int>(::syscall(SYS_pidfd_open, *grandchild, 0)));
  ASSERT_TRUE(watched.is_open());
  process.kill();
  EXPECT_TRUE(becomes_readable(watched.get()));
}

TEST(Subprocess, its_end_does_not_wait_for_what_it_left_behind) {
  const auto outcome = run(shell("sleep 1000 & echo done"), {.time = 60s});
  EXPECT_EQ(outcome.end, ProcessEnd::exited);
  EXPECT_EQ(outcome.output, "done\n");
}

TEST(Subprocess, nothing_is_left_of_it_when_the_object_goes) {
  pid_t pid = 0;
  {
    const auto process = start({.arguments = {"sleep", "1000"}});
    pid = process.process_id();
  }
  EXPECT_EQ(::waitpid(pid, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(Subprocess, it_ends_with_the_thread_that_started_it) {
  std::optional<Subprocess> process;
  std::thread([&] { process = start({.arguments = {"sleep", "1000"}}); }).join();
  ASSERT_TRUE(process);
  EXPECT_TRUE(becomes_readable(process->process_fd()));
  EXPECT_FALSE(process->pump(start_of_test));
  EXPECT_EQ(process->take_outcome().code, SIGKILL);
}

TEST(Subprocess, one_that_takes_the_place_of_another_ends_that) {
  auto process = start({.arguments = {"sleep", "1000"}});
  const auto first = process.process_id();
  process = start({.arguments = {"sleep", "1000"}});
  EXPECT_NE(process.process_id(), first);
  EXPECT_EQ(::waitpid(first, nullptr, WNOHANG), -1);
}

TEST(Subprocess, its_input_is_nothing_unless_asked_for) {
  EXPECT_EQ(run({.arguments = {"cat"}}).output, "");
  auto process = start({.arguments = {"cat"}, .input = StandardInput::pipe});
  ASSERT_EQ(::write(process.input_fd(), "hello\n", 6), 6);
  EXPECT_EQ(first_line(process), "hello");
  process.close_input();
  EXPECT_TRUE(becomes_readable(process.process_fd()));
}

TEST(Subprocess, no_descriptor_of_ours_is_inherited) {
  const FileDescriptor open_to_all(::open("/dev/null", O_RDONLY));
  // The fourth is the folder that ls reads.
  EXPECT_THAT(lines_of(run({.arguments = {"ls", "/proc/self/fd"}}).output), ElementsAre("0", "1", "2", "3"));
}

TEST(Subprocess, its_environment_is_clean_and_without_a_language) {
  const auto outcome = run({.arguments = {"env"}, .environment = {"HOME=/nowhere", "TOOL=1"}});
  EXPECT_THAT(lines_of(outcome.output),
              UnorderedElementsAre(testing::StartsWith("PATH="), "LC_ALL=C", "HOME=/nowhere", "TOOL=1"));
}

TEST(Subprocess, it_is_limited_in_memory_and_leaves_no_core) {
  const auto outcome = run(shell("ulimit -v; ulimit -c; ulimit -n"), {.memory_bytes = std::size_t{64} << 20});
  EXPECT_THAT(lines_of(outcome.output), ElementsAre("65536", "0", "256"));
}

TEST(Subprocess, a_program_beyond_its_memory_fails_by_itself) {
  const auto outcome = run({.arguments = {"dd", "if=/dev/zero", "of=/dev/null", "bs=512M", "count=1"}});
  EXPECT_EQ(outcome.end, ProcessEnd::exited);
  EXPECT_NE(outcome.code, 0);
}

TEST(Subprocess, it_has_a_session_of_its_own) {
  auto process = start({.arguments = {"cat", "/proc/self/stat"}});
  const auto pid = std::to_string(process.process_id());
  const auto words = first_line(process);
  // pid (name) state parent group session
  const auto parts = split(words, ' ');
  ASSERT_GT(parts.size(), 5);
  EXPECT_EQ(parts[0], pid);
  EXPECT_EQ(parts[4], pid);
  EXPECT_EQ(parts[5], pid);
}

TEST(Subprocess, signals_that_we_ignore_or_block_are_not_ignored_or_blocked_there) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  const auto outcome = run({.arguments = {"cat", "/proc/self/status"}});
  std::signal(SIGPIPE, before);
  EXPECT_EQ(status_line(outcome, "SigIgn:"), "0000000000000000");
  EXPECT_EQ(status_line(outcome, "SigBlk:"), "0000000000000000");
}

TEST(Subprocess, it_may_do_no_more_than_send_packets_and_gains_nothing) {
  const auto outcome = run({.arguments = {"cat", "/proc/self/status"}});
  EXPECT_EQ(status_line(outcome, "NoNewPrivs:"), "1");
  // CAP_NET_RAW is number 13; an ordinary user has not even that.
  EXPECT_THAT(status_line(outcome, "CapEff:"), testing::AnyOf("0000000000002000", "0000000000000000"));
}

TEST(FindProgram, finds_what_lies_in_path_and_nothing_else) {
  const auto found = find_program("sh");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->ends_with("/sh"));
  EXPECT_EQ(find_program("/bin/sh").value_or(""), "/bin/sh");
  EXPECT_FALSE(find_program(""));
  EXPECT_FALSE(find_program("/etc/passwd"));
  EXPECT_FALSE(find_program("no-such-tool"));
}

}  // namespace cw::platform
