#pragma once

// Measurements, their paths and what the paths mean. A path (hop addresses in order) is stored once; a
// measurement refers to it; an annotation belongs to a path, never to a measurement.
// measurement_store_conformance.cpp is the contract as tests.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ip_address.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "model/address_facts.hpp"
#include "model/as_path.hpp"
#include "model/job.hpp"
#include "model/measurement.hpp"

namespace cw::store {

// A measurement with what its path meant when it was stored.
struct StoredMeasurement {
  Measurement measurement;
  std::optional<AsPath> as_path;
  std::string path_hash;  // empty for a ping
  JobOrigin origin{};

  friend bool operator==(const StoredMeasurement&, const StoredMeasurement&) = default;
};

// The summary columns, without replies: what lists and plots read.
struct MeasurementSummary {
  Uuid id;
  Kind kind = Kind::trace;
  std::string vantage;
  std::string target;
  IpAddress address;
  std::string prober;
  Method method = Method::icmp;
  std::optional<IpAddress> source;
  Instant started_at;
  Instant finished_at;
  Status status = Status::failed;
  StopReason stop_reason = StopReason::error;
  int hop_count = 0;
  int probes_sent = 0;
  std::optional<Duration> rtt;
  std::string path_hash;
  std::vector<AsPathElement> as_path;
  JobOrigin origin;
};

struct MeasurementQuery {
  std::optional<IpAddress> address;
  std::optional<Kind> kind;
  std::optional<Status> status;
  std::optional<Instant> from;  // [from, to) by the time in the id
  std::optional<Instant> to;
  std::optional<Uuid> before_id;  // keyset paging, newest first
  int limit = 50;
};

// What one measurement brings along: stored with it in one transaction.
struct NewMeasurement {
  Measurement measurement;
  std::optional<AsPath> as_path;
  std::vector<AddressFacts> facts;  // of the addresses on its path
  JobOrigin origin{};
};

// Measurements of other addresses that an address has answered on the way.
struct CrossingQuery {
  IpAddress address;
  int most_paths = 200;  // up to so many paths across the address are all looked at
  int look_back = 1000;  // across more, only the newest measurements are searched
  int limit = 20;
};

class MeasurementStore {
 public:
  virtual ~MeasurementStore() = default;

  // Stores the batch in one transaction, durable when it returns. A measurement whose id is there already is
  // left as it is. Moves `last_measurement_at` of the targets on. Returns how many were new. Instants and RTTs are
  // kept in whole microseconds. `invalid`: hops that are not at consecutive TTLs, a negative count, or an inferred
  // hop with replies.
  virtual Result<int> put(const std::vector<NewMeasurement>& batch) = 0;
  virtual Result<StoredMeasurement> by_id(const Uuid& id) = 0;  // `not_found`
  virtual Result<std::vector<MeasurementSummary>> list(const MeasurementQuery& query) = 0;
  virtual Result<std::vector<MeasurementSummary>> crossing(const CrossingQuery& query) = 0;  // newest first
  virtual Result<std::int64_t> count() = 0;
  virtual Result<std::vector<AddressFacts>> facts(const std::vector<IpAddress>& addresses) = 0;
};

}  // namespace cw::store
