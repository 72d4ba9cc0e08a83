#include "rules/schedule/prober_by_label.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "model/settings.hpp"

namespace cw::schedule {

Result<ProberByLabel> ProberByLabel::parse(std::string_view text) {
  ProberByLabel probers;
  for (const auto part : split(text, ',')) {
    const auto row = trim(part);
    if (row.empty()) continue;
    const auto equals = row.find('=');
    if (equals == std::string_view::npos || trim(row.substr(0, equals)).empty())
      return fail(ErrorKind::invalid,
                  fmt::format("probe.prober_by_label has \"{}\" where label=prober is meant", printable(row, 60)));
    const auto prober = trim(row.substr(equals + 1));
    if (auto known = check_prober_name(prober); !known) return fail("probe.prober_by_label", std::move(known).error());
    probers.rows_.emplace_back(trim(row.substr(0, equals)), prober);
  }
  return probers;
}

std::string_view ProberByLabel::find(const std::vector<std::string>& labels) const {
  for (const auto& [label, prober] : rows_)
    if (std::ranges::find(labels, label) != labels.end()) return prober;
  return {};
}

}  // namespace cw::schedule
