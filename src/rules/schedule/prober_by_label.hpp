#pragma once

// Which prober measures a target that names none of its own, by its labels: "web=mtr,lab=scamper".

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"

namespace cw::schedule {

class ProberByLabel {
 public:
  // Empty: no label names any. `invalid` for what is not label=prober, or an unknown prober.
  static Result<ProberByLabel> parse(std::string_view text);

  // Of the first label in the owner's order that the target has; empty where none is named.
  [[nodiscard]] std::string_view find(const std::vector<std::string>& labels) const;

 private:
  std::vector<std::pair<std::string, std::string>> rows_;
};

}  // namespace cw::schedule
