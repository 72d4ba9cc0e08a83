#include "ports/probe/scamper/warts_reader.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <string_view>
#include <utility>

#include "core/text.hpp"
#include "formats/scamper_json.hpp"
#include "platform/subprocess.hpp"

namespace cw::probe {
namespace {

// Takes text in pieces and hands over its lines.
class LineReader {
 public:
  LineReader(const WartsReaderOptions& options, const std::function<Result<>(Measurement)>& take)
      : options_(options), take_(take) {}

  Result<> read(std::string_view text) {
    buffer_ += text;
    std::size_t begin = 0;
    for (auto end = buffer_.find('\n'); end != std::string::npos; end = buffer_.find('\n', begin)) {
      TRY(read_line(std::string_view(buffer_).substr(begin, end - begin)));
      begin = end + 1;
    }
    buffer_.erase(0, begin);
    return check_length(buffer_.size());
  }
  Result<> end() { return buffer_.empty() ? Result<>{} : read_line(std::exchange(buffer_, {})); }

  [[nodiscard]] const WartsSummary& summary() const { return summary_; }

 private:
  [[nodiscard]] Result<> check_length(std::size_t bytes) const {
    if (bytes <= options_.most_line_bytes) return {};
    return fail(ErrorKind::exhausted,
                fmt::format("result {} has more than {} bytes", lines_ + 1, options_.most_line_bytes));
  }

  Result<> read_line(std::string_view line) {
    TRY(check_length(line.size()));
    ++lines_;
    auto record = formats::read_scamper_line(line);
    if (!record && record.error().kind == ErrorKind::unsupported) {
      ++summary_.other_types;
      return {};
    }
    if (!record) return fail(fmt::format("result {}", lines_), std::move(record).error());
    if (!*record) return {};
    ++summary_.measurements;
    return take_((*record)->measurement);
  }

  const WartsReaderOptions& options_;
  const std::function<Result<>(Measurement)>& take_;
  std::string buffer_;
  std::size_t lines_ = 0;
  WartsSummary summary_;
};

Result<std::string> readable_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    return fail(ErrorKind::not_found, fmt::format("there is no file {}", printable(path)));
  if (!std::filesystem::is_regular_file(status))
    return fail(ErrorKind::invalid, fmt::format("{} is no file", printable(path)));
  // Absolute, so that no name is taken for an option.
  return std::filesystem::absolute(path, error).string();
}

void wait_for(const platform::Subprocess& process, Instant now) {
  std::array<pollfd, 3> waiting{pollfd{.fd = process.output_fd(), .events = POLLIN, .revents = 0},
                                pollfd{.fd = process.errors_fd(), .events = POLLIN, .revents = 0},
                                pollfd{.fd = process.process_fd(), .events = POLLIN, .revents = 0}};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(process.deadline() - now).count();
  ::poll(waiting.data(), waiting.size(),
         static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max())));
}

Result<> check_outcome(const platform::ProcessOutcome& outcome, const WartsReaderOptions& options,
                       const std::string& path) {
  switch (outcome.end) {
    case platform::ProcessEnd::out_of_time:
      return fail(ErrorKind::exhausted,
                  fmt::format("{} took more than {} s for {}", options.program,
                              std::chrono::floor<std::chrono::seconds>(options.time).count(), path));
    case platform::ProcessEnd::too_much_output:
      return fail(ErrorKind::exhausted, fmt::format("{} said more than may be kept", options.program));
    case platform::ProcessEnd::signalled:
      return fail(ErrorKind::invalid,
                  fmt::format("{} ended with signal {} on {}", options.program, outcome.code, path));
    case platform::ProcessEnd::exited:
      break;
  }
  const auto errors = trim(outcome.errors);
  if (outcome.code == 0 && errors.empty()) return {};
  return fail(ErrorKind::invalid,
              fmt::format("{} is no warts file that {} can read: {}", path, options.program,
                          errors.empty() ? fmt::format("code {}", outcome.code) : printable(errors)));
}

}  // namespace

Result<WartsSummary> read_warts(const std::string& path, const Clock& clock, const WartsReaderOptions& options,
                                const std::function<Result<>(Measurement)>& take) {
  const auto file = TRY(readable_file(path));
  if (!platform::find_program(options.program))
    return fail(
        ErrorKind::not_found,
        fmt::format("{} is not installed: install Debian's package scamper to read warts files", options.program));
  auto process = TRY(platform::Subprocess::start({.arguments = {options.program, file}, .environment = {}},
                                                 {.time = options.time}, clock.now()));
  LineReader lines(options, take);
  bool runs = true;
  while (runs) {
    wait_for(process, clock.now());
    runs = process.pump(clock.now());
    const auto text = process.take_output();
    TRY(lines.read(text));
  }
  TRY(check_outcome(process.take_outcome(), options, printable(path)));
  TRY(lines.end());
  if (lines.summary().measurements + lines.summary().other_types == 0)
    return fail(ErrorKind::invalid, fmt::format("{} holds no results: is it a warts file?", printable(path)));
  return lines.summary();
}

}  // namespace cw::probe
