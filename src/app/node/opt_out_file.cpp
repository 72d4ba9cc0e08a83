#include "app/node/opt_out_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <condition_variable>
#include <fstream>
#include <mutex>
#include <utility>

#include "core/log.hpp"
#include "core/text.hpp"

namespace cw::app {
namespace {

constexpr std::string_view kArea = "opt-outs";
constexpr Duration kPause = std::chrono::seconds(2);
constexpr std::size_t kMostBytes = std::size_t{64} * 1024 * 1024;
// Of bad lines that are logged; `doctor` counts them all.
constexpr std::size_t kMostLogged = 10;

void log_bad_lines(const std::filesystem::path& path, const schedule::OptOuts& outs) {
  for (std::size_t i = 0; i < outs.bad_lines.size() && i < kMostLogged; ++i)
    log_warning(kArea, "{}:{}: {}", path.string(), outs.bad_lines[i].line, outs.bad_lines[i].detail);
  if (outs.bad_count > kMostLogged)
    log_warning(kArea, "{}: {} more lines are bad", path.string(), outs.bad_count - kMostLogged);
}

}  // namespace

Result<std::shared_ptr<const schedule::OptOuts>> read_opt_outs(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::error_code error;
  if (!in || !std::filesystem::is_regular_file(path, error))
    return fail(ErrorKind::invalid,
                fmt::format("policy.opt_out_file {} cannot be read: make the file, or take the setting out",
                            printable(path.string())));
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > kMostBytes)
    return fail(ErrorKind::invalid, fmt::format("policy.opt_out_file {} is larger than {} MiB",
                                                printable(path.string()), kMostBytes >> 20));
  std::string text(static_cast<std::size_t>(size), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return std::make_shared<const schedule::OptOuts>(schedule::parse_opt_outs(text));
}

Result<OptOutFile> OptOutFile::open(std::filesystem::path path, schedule::ProbeAdmission& admission) {
  OptOutFile file(std::move(path), admission);
  TRY(file.read());
  return file;
}

std::optional<OptOutFile::Look> OptOutFile::look_of() const {
  struct ::stat state{};
  if (::stat(path_.c_str(), &state) != 0) return std::nullopt;
  return Look{.inode = state.st_ino,
              .size = state.st_size,
              .seconds = state.st_mtim.tv_sec,
              .nanoseconds = state.st_mtim.tv_nsec};
}

// Looked at before it is read: what is written meanwhile is seen the next time.
Result<> OptOutFile::read() {
  const auto look = look_of();
  const auto outs = TRY(read_opt_outs(path_));
  seen_ = look;
  log_bad_lines(path_, *outs);
  log_info(kArea, "{} prefixes and {} networks are not measured", outs->prefixes.size(), outs->asns.size());
  admission_->set_opt_outs(outs);
  return {};
}

void OptOutFile::look() {
  const auto look = look_of();
  if (look && look == seen_) return;
  if (const auto done = read(); !done) {
    if (!std::exchange(is_lost_, true)) log_error(kArea, "{}; what was read before holds", done.error().message);
    return;
  }
  is_lost_ = false;
}

void OptOutFile::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  while (!stop.stop_requested()) {
    look();
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, kPause, [] { return false; });
  }
}

}  // namespace cw::app
