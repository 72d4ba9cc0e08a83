#include "app/oneshot/probe_session.hpp"

#include <fmt/format.h>

#include "app/probers.hpp"
#include "app/settings_loader.hpp"
#include "app/terminal.hpp"
#include "app/wires.hpp"
#include "platform/privileges.hpp"

namespace cw::app {

ProbeSession::ProbeSession(const ProbeArguments& arguments) : arguments_(arguments), random_(system_seed()) {}

Result<std::unique_ptr<ProbeSession>> ProbeSession::open(const ProbeArguments& arguments) {
  std::unique_ptr<ProbeSession> session(new ProbeSession(arguments));
  Settings settings;
  TRY(apply_environment(settings, process_environment()));
  session->vantage_ = settings.text("vantage.name");
  ProberSetup setup{.order = {arguments.prober},
                    .native = {.packets_per_second = static_cast<std::uint32_t>(arguments.packets_per_second),
                               .most_running = kProbeWindow + 1,
                               .seed = session->random_.next(),
                               .identity_text = arguments.wire.identity}};
  if (arguments.prober == "native") {
    setup.wire = TRY(open_wire(arguments.wire)).wire;
    const auto limits = setup.wire->traits().limits;
    if (arguments.output == Output::text && !limits.empty()) say_error(limits);
  }
  auto probers = TRY(Probers::open(std::move(setup), session->clock_));
  TRY(platform::drop_privileges(probers->kept()));
  TRY(probers->launch());
  session->prober_ = std::move(probers);
  return session;
}

MeasurementRequest ProbeSession::request_for(const NamedTarget& target, Kind kind) {
  return {.id = Uuid::make_v7(clock_.now(), random_),
          .target = target.name,
          .address = target.address,
          .kind = kind,
          .method = arguments_.method,
          .port = arguments_.port,
          .flow = arguments_.flow,
          .timeout = arguments_.timeout,
          .dscp = arguments_.dscp,
          .raw_output = arguments_.raw_output};
}

Measurement ProbeSession::finish(Measurement measurement) const {
  measurement.vantage = vantage_;
  return measurement;
}

void ProbeSession::say_own_losses() const {
  const auto counters = prober_->counters();
  const auto lost = counters.find("receive_drops");
  if (lost == counters.end() || lost->second == 0) return;
  say_error(fmt::format("{} packets came faster than they were read, and replies among them are missing: lower --pps",
                        lost->second));
}

}  // namespace cw::app
