#include "app/oneshot/probe_session.hpp"

#include <fmt/format.h>

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
  auto opened = TRY(open_wire());
  if (!opened.why_not_raw.empty()) {
    if (arguments.method == Method::udp && !opened.wire->traits().sends_udp)
      return fail(ErrorKind::unavailable,
                  "UDP probes need raw sockets: run as root or once `sudo setcap cap_net_raw+ep` on "
                  "this program, or use --method icmp");
    if (arguments.output == Output::text) say_error("no privilege for raw sockets: using unprivileged ICMP sockets");
  }
  TRY(platform::drop_privileges());
  const probe::NativeProberOptions options{
      .packets_per_second = static_cast<std::uint32_t>(arguments.packets_per_second),
      .most_running = kProbeWindow + 1,
      .seed = session->random_.next(),
  };
  session->prober_ = std::make_unique<probe::NativeProber>(std::move(opened.wire), options);
  session->prober_->launch();
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
          .timeout = arguments_.timeout};
}

Measurement ProbeSession::finish(Measurement measurement) const {
  measurement.vantage = vantage_;
  measurement.prober = prober_->name();
  return measurement;
}

}  // namespace cw::app
