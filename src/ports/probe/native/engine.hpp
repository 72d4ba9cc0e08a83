#pragma once

// Runs thousands of tasks over one wire: one thread, one loop. A turn of the loop looks at the tasks whose
// time has come, sends a batch of probes within the packet rate, takes in a batch of answers, and hands each
// to the task whose probe it answers.

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <queue>
#include <vector>

#include "core/random.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "model/measurement_request.hpp"
#include "platform/wire.hpp"
#include "ports/probe/native/engine_counters.hpp"
#include "ports/probe/native/flight_ledger.hpp"
#include "ports/probe/native/pacer.hpp"
#include "ports/probe/native/probe_decoder.hpp"
#include "ports/probe/native/probe_encoder.hpp"
#include "ports/probe/native/probe_flow.hpp"
#include "ports/probe/native/task.hpp"
#include "ports/probe/native/tcp_resets.hpp"
#include "ports/probe/native/trace_knowledge.hpp"
#include "ports/probe/prober.hpp"

namespace cw::probe {

struct EngineOptions {
  std::uint32_t packets_per_second = 1000;  // 0: as fast as the kernel takes them
  std::uint64_t seed = 0;                   // of sequence numbers, cookies and the ICMP identifier
  ProbeOrder order = ProbeOrder::automatic;
  std::string identity_text = {};  // in every ICMP and UDP probe: longest_identity_text bytes at most
};

class Engine {
 public:
  // The wire outlives the engine.
  Engine(platform::Wire& wire, const EngineOptions& options);

  // Begins a measurement; its observer is told everything, a missing route included.
  void start(MeasurementRequest request, Observer observer);
  // Ends every measurement with that id.
  void cancel(const Uuid& id);
  void end_all(const Error& error);

  [[nodiscard]] bool is_idle() const { return running_ == 0; }
  // One turn. Waits for an answer until something is due, at most until `latest`, or until the wire is woken.
  // An error is the wire's: nothing can be measured any more.
  Result<> turn(Instant latest);

  [[nodiscard]] const EngineCounters& counters() const { return counters_; }

 private:
  static constexpr std::size_t send_batch = 64;
  static constexpr std::size_t receive_batch = 128;
  static constexpr int most_batches_received = 16;  // before the next probes

  struct Running {
    std::unique_ptr<Task> task;  // empty: the slot is free
    Observer observer;
    ProbeFlow flow;
    FlightLedger::Destination* destination = nullptr;
    Instant armed = Instant::max();  // the timer that will look at the task
    Instant due;                     // when it last asked to be looked at, if it only waits
    std::uint32_t generation = 0;    // tells the slot's tasks apart
    bool queued = false;             // wants to send
    bool touched = false;            // was answered in this batch
    bool begun = false;
  };
  struct Handle {
    std::uint32_t slot;
    std::uint32_t generation;
  };
  struct Timer {
    Instant due;
    Handle handle;
    friend bool operator>(const Timer& a, const Timer& b) { return a.due > b.due; }
  };
  struct Outgoing {
    IpAddress destination;
    ProbeBuffer bytes;
    std::size_t size = 0;
    std::uint16_t zeros = 0;  // behind them
    Handle handle{};
    ProbeTag tag;
    std::uint16_t sequence = 0;
  };

  [[nodiscard]] bool is_current(Handle handle) const;
  [[nodiscard]] static bool is_watched(const Running& running) { return running.observer.on_event != nullptr; }
  [[nodiscard]] Handle handle_of(std::uint32_t slot) const { return {slot, slots_[slot].generation}; }
  std::uint32_t take_slot();
  std::unique_ptr<Task> free_slot(std::uint32_t slot, Observer& observer);

  void note_running(std::ptrdiff_t change, const Running& running);

  void look_at(std::uint32_t slot, Instant now);
  void queue_to_send(std::uint32_t slot);
  Step ask(Running& running, Instant now);
  void arm(std::uint32_t slot, Instant due);
  void finish(std::uint32_t slot, Instant now);
  void finish_with(std::uint32_t slot, const Error& error);
  void run_timers(Instant now);

  void fill_batch(Instant now);
  bool next_sender(Handle& handle);
  void add_to_batch(std::uint32_t slot, const SendProbe& probe, Instant now);
  Result<> flush_batch(Instant now);
  void note_sent(std::size_t taken, Instant before, Instant after);
  void note_refused(Instant now);
  [[nodiscard]] bool has_senders() const;
  Instant wake_time(Instant now, Instant latest);
  void rest_until_next_batch();

  Result<> receive_all(Instant until);
  Result<std::size_t> receive(Instant until);
  void take_in(const platform::IncomingPacket& packet);
  [[nodiscard]] const ProbeFlow& flow_of(const Running& running, ProbeTag tag);
  bool match(const ProbeReply& reply, FlightLedger::Destination& destination, Instant received_at);
  void count_unmatched(const ProbeReply& reply);
  void deliver(const ProbeReply& reply, std::uint16_t sequence, Flight& flight, Instant received_at);
  void look_at_touched();
  void tell(Running& running);

  platform::Wire& wire_;
  Random random_;
  ProbeIdentity identity_;
  FlightLedger ledger_;
  Pacer pacer_;
  EngineCounters counters_;
  TcpResets resets_;
  TraceKnowledge knowledge_;

  std::vector<Running> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::size_t running_ = 0;
  std::size_t watched_ = 0;  // of these: somebody looks on
  // By urgency: what somebody looks at goes first; tasks under way go before new ones, so that what was begun ends.
  std::array<std::deque<Handle>, 4> senders_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;

  std::array<Outgoing, send_batch> batch_;
  std::size_t batch_size_ = 0;
  ProbeFlow flow_beside_;
  std::vector<platform::OutgoingPacket> packets_out_;
  std::vector<std::size_t> refused_;
  std::vector<platform::IncomingPacket> packets_in_;
  std::vector<std::uint32_t> touched_;
  Events events_;
};

}  // namespace cw::probe
