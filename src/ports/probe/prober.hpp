#pragma once

// A prober runs measurements. Many run at once; each tells its observer what happens, from a thread of the
// prober's own. The native engine and every external tool stand behind this contract, and
// prober_conformance.cpp is the contract as tests.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "model/measurement.hpp"
#include "model/measurement_request.hpp"

namespace cw::probe {

// A probe with this TTL was answered. `reply.late` and `reply.duplicate` say what does not count.
struct ReplyEvent {
  Ttl ttl;
  Reply reply;
};
// A probe was given up for now; a late answer may still come.
struct SilenceEvent {
  Ttl ttl;
  int attempt = 1;
};
// An mtr has finished a round.
struct RoundEvent {
  int round = 1;
};
using ProbeEvent = std::variant<ReplyEvent, SilenceEvent, RoundEvent>;

// Called from the prober's thread: quick, never blocking, never calling back into the prober but for `start`
// and `cancel`.
struct Observer {
  std::function<void(const ProbeEvent&)> on_event;       // may be empty
  std::function<void(Result<Measurement>)> on_finished;  // exactly once; `cancelled` after a cancel
};

// Named counters: "packets_sent", "receive_drops", "reply_unmatched", "reply_bad_checksum", …
using Counters = std::map<std::string, std::uint64_t, std::less<>>;

class Prober {
 public:
  virtual ~Prober() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;

  // Begins a measurement. Errors: `invalid` (validate() failed), `unsupported` (kind, method or family that
  // this prober does not have), `exhausted` (its stated bound of running measurements is reached),
  // `unavailable` (no route, no privilege). After an error the observer is never called.
  virtual Result<> start(const MeasurementRequest& request, Observer observer) = 0;
  // Stops probing at once; the observer gets `cancelled`. An unknown or finished id is nothing to do.
  virtual void cancel(const Uuid& id) = 0;

  [[nodiscard]] virtual Counters counters() const = 0;
};

}  // namespace cw::probe
