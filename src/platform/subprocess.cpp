#include "platform/subprocess.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "core/text.hpp"
#include "platform/subprocess_child.hpp"

namespace cw::platform {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{64} << 10;
constexpr std::string_view administrators_folders = "/usr/local/sbin:/usr/sbin:/sbin";

struct Pipe {
  FileDescriptor read_end;
  FileDescriptor write_end;
};

std::unexpected<Error> cannot(std::string_view what) {
  return fail(ErrorKind::internal, fmt::format("cannot {}: {}", what, ::strerrordesc_np(errno)));
}

Result<Pipe> open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return cannot("open a pipe");
  return Pipe{.read_end = FileDescriptor(ends[0]), .write_end = FileDescriptor(ends[1])};
}

Result<Pipe> open_nothing() {
  const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return cannot("open /dev/null");
  return Pipe{.read_end = FileDescriptor(descriptor), .write_end = {}};
}

void make_nonblocking(const FileDescriptor& descriptor) {
  if (descriptor.is_open()) ::fcntl(descriptor.get(), F_SETFL, ::fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK);
}

std::string search_path() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing of ours changes the environment
  const char* path = std::getenv("PATH");
  return fmt::format("{}:{}", path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin", administrators_folders);
}

// A null-terminated list as execve wants it; it points into `texts`.
std::vector<char*> pointers_into(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> environment{"PATH=" + search_path(), "HOME=/", "LC_ALL=C"};
  for (const auto& setting : command.environment) {
    const auto name = setting.substr(0, setting.find('=') + 1);
    std::erase_if(environment, [&](const std::string& other) { return other.starts_with(name); });
    environment.push_back(setting);
  }
  return environment;
}

// Forks with all signals held back, so that no handler of ours runs in the child.
pid_t fork_quietly(const ChildPlan& plan) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = ::fork();
  if (child == 0) become_program(plan);
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return child;
}

// Returns when the program runs: the start that works closes the pipe.
std::optional<ChildFailure> failure_of(const FileDescriptor& report) {
  ChildFailure failure;
  ssize_t got = 0;
  do got = ::read(report.get(), &failure, sizeof failure);
  while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof failure) ? std::optional(failure) : std::nullopt;
}

std::unexpected<Error> refused(const std::string& program, const ChildFailure& failure) {
  if (failure.stage == ChildFailure::Stage::preparing)
    return fail(ErrorKind::internal,
                fmt::format("cannot prepare a process for {}: {}", program, ::strerrordesc_np(failure.error)));
  if (failure.error == EPERM)
    return fail(ErrorKind::unavailable,
                fmt::format("{} may not be run: it has file capabilities, and this process has given up the right to "
                            "grant them",
                            program));
  const auto kind = failure.error == ENOENT ? ErrorKind::not_found : ErrorKind::unavailable;
  return fail(kind, fmt::format("{} cannot be run: {}", program, ::strerrordesc_np(failure.error)));
}

bool is_readable(const FileDescriptor& descriptor) {
  pollfd waiting{.fd = descriptor.get(), .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, 0) > 0;
}

// False when there is more than may be kept.
bool drain(FileDescriptor& from, std::string& into, std::size_t most) {
  while (from.is_open()) {
    std::array<char, chunk_bytes> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): read fills it
    const auto got = ::read(from.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return true;
    if (got <= 0) {
      from.reset();
      return true;
    }
    const auto taken = std::min(static_cast<std::size_t>(got), most - std::min(most, into.size()));
    into.append(chunk.data(), taken);
    if (taken < static_cast<std::size_t>(got)) return false;
  }
  return true;
}

Instant deadline_after(Instant now, Duration time) { return time > Instant::max() - now ? Instant::max() : now + time; }

int milliseconds_until(Instant deadline, Instant now) {
  if (deadline <= now) return 0;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
  return static_cast<int>(std::min<std::int64_t>(wait, std::numeric_limits<int>::max()));
}

}  // namespace

Result<Subprocess> Subprocess::start(const Command& command, const ProcessLimits& limits, Instant now) {
  if (command.arguments.empty()) return fail(ErrorKind::invalid, "a command needs a program");
  const auto program = TRY(find_program(command.arguments.front()));
  auto input = TRY(command.input == StandardInput::pipe ? open_pipe() : open_nothing());
  auto output = TRY(open_pipe());
  auto errors = TRY(open_pipe());
  auto report = TRY(open_pipe());
  auto arguments = command.arguments;
  auto environment = environment_of(command);
  const auto argument_pointers = pointers_into(arguments);
  const auto environment_pointers = pointers_into(environment);
  const pid_t child = fork_quietly({.program = program.c_str(),
                                    .arguments = argument_pointers.data(),
                                    .environment = environment_pointers.data(),
                                    .input = input.read_end.get(),
                                    .output = output.write_end.get(),
                                    .errors = errors.write_end.get(),
                                    .report = report.write_end.get(),
                                    .memory_bytes = limits.memory_bytes,
                                    .parent = ::getpid(),
                                    .keeps_rights = command.rights == InheritedRights::ours});
  if (child < 0) return cannot("start a process");

  Subprocess process;
  process.leader_ = child;
  // It is ours and not reaped, so the number cannot be somebody else's by now.
  process.process_ = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  process.input_ = std::move(input.write_end);
  process.output_ = std::move(output.read_end);
  process.errors_ = std::move(errors.read_end);
  process.limits_ = limits;
  process.deadline_ = deadline_after(now, limits.time);
  report.write_end.reset();
  if (const auto failure = failure_of(report.read_end)) return refused(program, *failure);
  if (!process.process_.is_open()) return cannot("watch a process");
  make_nonblocking(process.input_);
  make_nonblocking(process.output_);
  make_nonblocking(process.errors_);
  return process;
}

Subprocess::Subprocess(Subprocess&& other) noexcept
    : input_(std::move(other.input_)),
      output_(std::move(other.output_)),
      errors_(std::move(other.errors_)),
      process_(std::move(other.process_)),
      leader_(std::exchange(other.leader_, -1)),
      limits_(other.limits_),
      deadline_(other.deadline_),
      outcome_(std::move(other.outcome_)) {}

Subprocess& Subprocess::operator=(Subprocess&& other) noexcept {
  if (this == &other) return *this;
  kill();
  input_ = std::move(other.input_);
  output_ = std::move(other.output_);
  errors_ = std::move(other.errors_);
  process_ = std::move(other.process_);
  leader_ = std::exchange(other.leader_, -1);
  limits_ = other.limits_;
  deadline_ = other.deadline_;
  outcome_ = std::move(other.outcome_);
  return *this;
}

Subprocess::~Subprocess() { kill(); }

// The group is killed while its leader is not reaped: until then nobody else can have its number.
void Subprocess::kill_group() const { ::kill(-leader_, SIGKILL); }

void Subprocess::reap() {
  siginfo_t info{};
  int waited = 0;
  do waited = ::waitid(P_PID, static_cast<id_t>(leader_), &info, WEXITED);
  while (waited != 0 && errno == EINTR);
  leader_ = -1;
  outcome_.end = info.si_code == CLD_EXITED ? ProcessEnd::exited : ProcessEnd::signalled;
  outcome_.code = info.si_status;
  input_.reset();
  output_.reset();
  errors_.reset();
}

void Subprocess::kill() {
  if (leader_ < 0) return;
  kill_group();
  reap();
}

void Subprocess::end_by_limit(ProcessEnd why) {
  kill();
  outcome_.end = why;
}

// 1. What was printed comes first, so that nothing said before the end is lost.
// 2. The leader's end is the program's end: what it left behind is killed, also where that holds the pipes open.
bool Subprocess::pump(Instant now) {
  if (leader_ < 0) return false;
  const bool has_ended = is_readable(process_);
  if (has_ended) kill_group();
  const bool fits =
      drain(output_, outcome_.output, limits_.output_bytes) && drain(errors_, outcome_.errors, limits_.output_bytes);
  if (!fits)
    end_by_limit(ProcessEnd::too_much_output);
  else if (has_ended)
    reap();
  else if (now >= deadline_)
    end_by_limit(ProcessEnd::out_of_time);
  return leader_ >= 0;
}

ProcessOutcome run_to_end(Subprocess process, const Clock& clock) {
  auto now = clock.now();
  while (process.pump(now)) {
    std::array<pollfd, 3> waiting{pollfd{.fd = process.output_fd(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = process.errors_fd(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = process.process_fd(), .events = POLLIN, .revents = 0}};
    ::poll(waiting.data(), waiting.size(), milliseconds_until(process.deadline(), now));
    now = clock.now();
  }
  return process.take_outcome();
}

Result<std::string> find_program(std::string_view name) {
  const auto runs = [](const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string_view::npos) {
    std::error_code failed;
    auto path = std::filesystem::absolute(name, failed);
    if (!failed && runs(path)) return path.string();
    return fail(ErrorKind::not_found, fmt::format("there is no program {}", printable(name)));
  }
  const auto folders = search_path();
  for (const auto folder : split(folders, ':')) {
    const auto path = std::filesystem::path(folder) / name;
    if (path.is_absolute() && runs(path)) return path.string();
  }
  return fail(ErrorKind::not_found, fmt::format("there is no program \"{}\" in PATH", printable(name)));
}

}  // namespace cw::platform
