#pragma once

// Gathers the results of a one-shot command and writes them out together; keeps whether all went well.

#include <functional>
#include <string>
#include <string_view>

#include "app/command_line.hpp"
#include "app/exit_code.hpp"
#include "core/result.hpp"
#include "model/measurement.hpp"

namespace cw::app {

class ResultWriter {
 public:
  // `to_text` makes what a person reads; JSON Lines are the same for all.
  ResultWriter(Output output, std::function<std::string(const Measurement&)> to_text)
      : output_(output), to_text_(std::move(to_text)) {}

  // Takes a result, or tells its error on stderr. False when nobody reads any more.
  bool add(const Result<Measurement>& result);
  bool flush();
  void note_failure(const Error& error);
  void note_failure() { all_well_ = false; }

  // 1 where anything failed.
  [[nodiscard]] ExitCode exit_code() const;

 private:
  Output output_;
  std::function<std::string(const Measurement&)> to_text_;
  std::string waiting_;
  bool all_well_ = true;
};

}  // namespace cw::app
