#include "ports/probe/native/engine_counters.hpp"

namespace cw::probe {

void EngineCounters::take(const platform::WireCounters& wire) {
  packets_sent.set(wire.packets_sent);
  send_errors.set(wire.send_errors);
  packets_received.set(wire.packets_received);
  receive_drops.set(wire.receive_drops);
}

Counters EngineCounters::by_name() const {
  return {
      {"probes_sent", probes_sent.value()},
      {"probes_refused", probes_refused.value()},
      {"send_buffer_full", send_buffer_full.value()},
      {"resets_sent", resets_sent.value()},
      {"measurements_started", measurements_started.value()},
      {"measurements_finished", measurements_finished.value()},
      {"measurements_cancelled", measurements_cancelled.value()},
      {"measurements_running", measurements_running.value()},
      {"reply_matched", reply_matched.value()},
      {"reply_duplicate", reply_duplicate.value()},
      {"reply_after_end", reply_after_end.value()},
      {"reply_unparsable", reply_unparsable.value()},
      {"reply_bad_checksum", reply_bad_checksum.value()},
      {"reply_foreign", reply_foreign.value()},
      {"reply_unmatched", reply_unmatched.value()},
      {"reply_bad_cookie", reply_bad_cookie.value()},
      {"packets_sent", packets_sent.value()},
      {"send_errors", send_errors.value()},
      {"packets_received", packets_received.value()},
      {"receive_drops", receive_drops.value()},
  };
}

}  // namespace cw::probe
