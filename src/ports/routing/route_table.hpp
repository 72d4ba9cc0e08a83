#pragma once

// Which network announces an address. Tables are read-only once open and may be used by many threads;
// route_table_conformance.cpp is the contract as tests.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/asn.hpp"
#include "core/guarded.hpp"
#include "core/ip_address.hpp"
#include "core/prefix.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/address_facts.hpp"
#include "model/measurement.hpp"

namespace cw::routing {

struct Origin {
  Asn asn;
  std::string_view org_name;     // empty: unknown; lives as long as the table
  std::optional<Prefix> prefix;  // the announced prefix, where the table knows one
};

struct TableInfo {
  std::string source;       // "builtin"
  std::string version;      // of the data
  Instant as_of;            // date of the data
  std::string licence;      // "CC BY 4.0"
  std::string attribution;  // what a page must show; plain text
  std::string attribution_url;
  std::size_t v4_ranges = 0;
  std::size_t v6_ranges = 0;
  std::size_t asns = 0;
  std::size_t resident_bytes = 0;
};

class RouteTable {
 public:
  virtual ~RouteTable() = default;
  // Nothing for unmapped space. Special-use space is the caller's question: see `facts_of`.
  [[nodiscard]] virtual std::optional<Origin> origin(const IpAddress& address) const = 0;
  // Name of an AS; empty when unknown.
  [[nodiscard]] virtual std::string_view org_name(Asn asn) const = 0;
  [[nodiscard]] virtual TableInfo info() const = 0;
  // Reads all of the table: `invalid` when it is not what was written. Opening checks only that it can be read.
  [[nodiscard]] virtual Result<> verify() const { return {}; }
};

// The facts that local knowledge alone gives: IANA's registry first (special-use space has no origin), then
// the table.
AddressFacts facts_of(const RouteTable& table, const IpAddress& address);

// The same for the measured address and every address that answered, each once.
std::vector<AddressFacts> facts_on_path(const RouteTable& table, const Measurement& measurement);

// The table in use. A reader keeps the one it got for as long as it needs; a swap pauses nobody.
class RouteTables {
 public:
  explicit RouteTables(std::shared_ptr<const RouteTable> table) : table_(std::move(table)) {}
  [[nodiscard]] std::shared_ptr<const RouteTable> current() const {
    return table_.with([](const auto& table) { return table; });
  }
  void swap(std::shared_ptr<const RouteTable> table) {
    table_.with([&](auto& held) { held = std::move(table); });
  }

 private:
  Guarded<std::shared_ptr<const RouteTable>> table_;
};

}  // namespace cw::routing
