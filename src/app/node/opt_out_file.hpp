#pragma once

// The file of those who asked not to be measured (policy.opt_out_file), followed while the node runs: looked at every
// two seconds, read again when it is another one or has changed.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "core/result.hpp"
#include "core/time.hpp"
#include "rules/schedule/opt_outs.hpp"
#include "rules/schedule/probe_admission.hpp"

namespace cw::app {

// `invalid` where it cannot be read or is too large for such a file.
Result<std::shared_ptr<const schedule::OptOuts>> read_opt_outs(const std::filesystem::path& path);

class OptOutFile {
 public:
  // Reads it for the first time.
  static Result<OptOutFile> open(std::filesystem::path path, schedule::ProbeAdmission& admission);

  // Looks, and reads it where it has changed. What cannot be read any more leaves the opt-outs as they are: nobody is
  // measured again because a file went away. Says so once.
  void look();
  void run(const std::stop_token& stop);

 private:
  // What tells one state of the file from another.
  struct Look {
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    friend bool operator==(const Look&, const Look&) = default;
  };

  OptOutFile(std::filesystem::path path, schedule::ProbeAdmission& admission)
      : path_(std::move(path)), admission_(&admission) {}

  [[nodiscard]] std::optional<Look> look_of() const;
  Result<> read();

  std::filesystem::path path_;
  schedule::ProbeAdmission* admission_;
  std::optional<Look> seen_;
  bool is_lost_ = false;  // said once
};

}  // namespace cw::app
