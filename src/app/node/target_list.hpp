#pragma once

// Files and presets as requests to the import of the API.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace cw::app {

// What is the same for every target that is added.
struct TargetOptions {
  std::vector<std::string> labels;
  std::optional<int> interval_seconds;
  std::optional<int> priority;
  std::string kind = "trace";
  std::string prober;  // empty: the node's own order
};

struct ImportResult {
  std::int64_t added = 0;
  std::int64_t joined = 0;
  std::int64_t refused = 0;
  std::map<std::string, std::int64_t> refused_by;  // problem, such as "target-forbidden"
};

struct ImportPorts {
  // POSTs a body to /api/v1/targets/import and returns the answer's.
  std::function<Result<std::string>(const std::string& body)> import;
  // A line that was refused: "list.txt:3: …". After kMostRefusedTold of them the rest is counted, and told at the end
  // in one line: "… and 5,000 lines more are refused: target-forbidden 5,000".
  std::function<void(const std::string& message)> on_refused;
};

inline constexpr std::int64_t kMostRefusedTold = 1000;

// Files are read and sent in pieces, however long they are. Each source is a preset's name, else a file with one target
// a line. `not_found` where it is neither.
Result<ImportResult> import_targets(const std::vector<std::string>& sources, const TargetOptions& options,
                                    const ImportPorts& ports);

}  // namespace cw::app
