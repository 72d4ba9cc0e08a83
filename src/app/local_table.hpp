#pragma once

// The IP-to-ASN table of this machine, or, where there is none, one that knows nothing: special-use space is
// still told by IANA's registry.

#include <memory>

#include "app/text/network_names.hpp"
#include "core/result.hpp"
#include "model/as_path.hpp"
#include "model/measurement.hpp"
#include "model/settings.hpp"
#include "ports/routing/route_table.hpp"

namespace cw::app {

// `not_found`, `invalid` as open_ip_to_asn_table has them.
Result<std::shared_ptr<const routing::RouteTable>> open_local_table(const Settings& settings);
std::shared_ptr<const routing::RouteTable> empty_table();

// For texts: opens the table at the first address that is asked for, and does without where there is none.
class LazyTable {
 public:
  explicit LazyTable(Settings settings) : settings_(std::move(settings)) {}

  const routing::RouteTable& table();
  [[nodiscard]] FactsOf facts_of();
  AsPath as_path_of(const Measurement& measurement);

 private:
  Settings settings_;
  std::shared_ptr<const routing::RouteTable> table_;
};

}  // namespace cw::app
