#pragma once

// What a batch of measurements tells of addresses, networks and links, gathered first and written once: many
// measurements of a batch cross the same networks.

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "core/asn.hpp"
#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/address_facts.hpp"
#include "platform/database.hpp"
#include "ports/store/measurement_store.hpp"

namespace cw::store {

class NetworkSightings {
 public:
  // Of a measurement that was not stored before.
  void add(const NewMeasurement& added);
  Result<> write(platform::Database& database) const;

 private:
  struct Seen {
    Instant first;
    Instant last;
  };
  struct NetworkSeen {
    Seen seen;
    std::string as_name;
    std::string org_name;
  };
  struct LinkSeen {
    Seen seen;
    std::int64_t count = 0;
    std::optional<std::int64_t> min_rtt_us;
    std::optional<std::int64_t> max_rtt_us;
  };

  static void widen(Seen& seen, Instant instant);
  void add_links(const Measurement& measurement, const AsPath& as_path);

  std::map<IpAddress, AddressFacts> facts_;
  std::map<Asn, NetworkSeen> networks_;
  std::map<std::pair<Asn, Asn>, LinkSeen> links_;
};

// Facts of the addresses that are known, in the order asked.
Result<std::vector<AddressFacts>> find_facts(platform::Database& database, const std::vector<IpAddress>& addresses);

}  // namespace cw::store
