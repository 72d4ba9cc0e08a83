#pragma once

// The targets of a one-shot command: its arguments, then the lines of --file, one by one, so that a list of a
// million lines takes no memory.

#include <cstddef>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"

namespace cw::app {

struct NamedTarget {
  std::string name;  // as it was given
  IpAddress address;
};

// An address, or a name that the machine's resolver knows, in the family asked for. `not_found`, saying what to
// check, for everything else: it was the thing asked for, and it failed.
Result<NamedTarget> resolve_target(const std::string& text, std::optional<Family> family);

// The next line that says something: trimmed, without what stands behind #. `invalid` for a line too long.
std::optional<Result<std::string>> next_entry(std::istream& in);

class TargetFeed {
 public:
  // `list`: a file, or - for stdin. `not_found` where it cannot be read.
  static Result<TargetFeed> open(std::vector<std::string> arguments, const std::optional<std::string>& list,
                                 std::optional<Family> family);

  // Nothing at the end; an error for one that is no target: go on.
  std::optional<Result<NamedTarget>> next();
  // No list, one argument.
  [[nodiscard]] bool is_single() const { return list_ == nullptr && arguments_.size() == 1; }

 private:
  TargetFeed(std::vector<std::string> arguments, std::optional<Family> family)
      : arguments_(std::move(arguments)), family_(family) {}

  std::vector<std::string> arguments_;
  std::size_t next_argument_ = 0;
  std::unique_ptr<std::istream> file_;
  std::istream* list_ = nullptr;  // the file, or stdin
  std::string list_name_;
  std::optional<Family> family_;
};

}  // namespace cw::app
