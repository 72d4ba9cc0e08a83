#include "app/local_table.hpp"
#include "app/places.hpp"
#include "ports/routing/builtin/ip_to_asn_table.hpp"
#include "rules/topology/as_path.hpp"

namespace cw::app {
namespace {

class EmptyTable final : public routing::RouteTable {
 public:
  [[nodiscard]] std::optional<routing::Origin> origin(const IpAddress& /*address*/) const override {
    return std::nullopt;
  }
  [[nodiscard]] std::string_view org_name(Asn /*asn*/) const override { return {}; }
  [[nodiscard]] routing::TableInfo info() const override { return {.source = "none"}; }
};

}  // namespace

Result<std::shared_ptr<const routing::RouteTable>> open_local_table(const Settings& settings) {
  const auto path = TRY(find_table(settings));
  return routing::open_ip_to_asn_table(path.string());
}

std::shared_ptr<const routing::RouteTable> empty_table() { return std::make_shared<EmptyTable>(); }

const routing::RouteTable& LazyTable::table() {
  if (table_ == nullptr) {
    auto opened = open_local_table(settings_);
    table_ = opened ? *std::move(opened) : empty_table();
  }
  return *table_;
}

FactsOf LazyTable::facts_of() {
  return [this](const IpAddress& address) { return routing::facts_of(table(), address); };
}

AsPath LazyTable::as_path_of(const Measurement& measurement) {
  return topology::find_as_path(measurement, routing::facts_on_path(table(), measurement));
}

}  // namespace cw::app
