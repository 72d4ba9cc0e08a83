#pragma once

// The native engine behind the prober contract. It owns its wire and, once launched, the thread that runs the
// engine; without a thread somebody calls `turn`, as tests do on simulated time.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "core/guarded.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "platform/wire.hpp"
#include "ports/probe/native/engine.hpp"
#include "ports/probe/prober.hpp"

namespace cw::probe {

struct NativeProberOptions {
  std::uint32_t packets_per_second = 1000;  // 0: as fast as the kernel takes them
  std::size_t most_running = 10'000;        // measurements at once; more are refused as `exhausted`
  std::uint64_t seed = 0;                   // from the system in `app`, from the test in a test
  ProbeOrder order = ProbeOrder::automatic;
  std::string identity_text = {};  // EngineOptions
};

class NativeProber final : public Prober {
 public:
  NativeProber(std::unique_ptr<platform::Wire> wire, const NativeProberOptions& options);
  // Observers of what still runs get `cancelled`.
  ~NativeProber() override;
  NativeProber(const NativeProber&) = delete;
  NativeProber& operator=(const NativeProber&) = delete;

  [[nodiscard]] std::string_view name() const override { return "native"; }
  // A missing route is found out by the engine's thread: `on_finished` tells of it as `unavailable`.
  Result<> start(const MeasurementRequest& request, Observer observer) override;
  void cancel(const Uuid& id) override;
  [[nodiscard]] Counters counters() const override { return engine_.counters().by_name(); }

  // Starts the thread "cw-prober". Once.
  void launch();

  // Without a thread: one turn of the engine, waiting until `latest` at most.
  Result<> turn(Instant latest);
  // Without a thread: turns until nothing runs or the wire's clock has passed `latest`. True when nothing runs.
  bool run_until_idle(Instant latest);
  [[nodiscard]] Instant now() const { return wire_->now(); }

 private:
  struct StartMessage {
    MeasurementRequest request;
    Observer observer;
  };
  struct CancelMessage {
    Uuid id;
  };
  using Message = std::variant<StartMessage, CancelMessage>;

  [[nodiscard]] Result<> check(const MeasurementRequest& request) const;
  Observer counted(Observer observer);
  void post(Message message);
  void read_mail();
  void break_down(const Error& error);
  void run(const std::stop_token& stop);

  std::unique_ptr<platform::Wire> wire_;
  const platform::WireTraits traits_;
  const std::size_t most_running_;
  Engine engine_;
  std::atomic<std::size_t> running_{0};
  Guarded<std::vector<Message>> mail_;
  Guarded<std::optional<Error>> breakdown_;  // why nothing can be started any more
  std::jthread thread_;
};

}  // namespace cw::probe
