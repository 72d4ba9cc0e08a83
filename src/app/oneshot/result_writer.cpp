#include "app/oneshot/result_writer.hpp"

#include "app/terminal.hpp"
#include "formats/measurement_json.hpp"

namespace cw::app {
namespace {

constexpr std::size_t kMostWaiting = std::size_t{64} * 1024;

}  // namespace

bool ResultWriter::add(const Result<Measurement>& result) {
  if (!result) {
    note_failure(result.error());
    return true;
  }
  if (result->status == Status::failed) all_well_ = false;
  waiting_ += output_ == Output::json_lines ? formats::to_json(*result) + "\n" : to_text_(*result);
  return waiting_.size() < kMostWaiting || flush();
}

bool ResultWriter::flush() {
  if (waiting_.empty()) return true;
  const bool written = write_out(waiting_);
  waiting_.clear();
  if (!written) all_well_ = false;
  return written;
}

void ResultWriter::note_failure(const Error& error) {
  say_error(error.message);
  all_well_ = false;
}

ExitCode ResultWriter::exit_code() const { return all_well_ ? ExitCode::done : ExitCode::failed; }

}  // namespace cw::app
