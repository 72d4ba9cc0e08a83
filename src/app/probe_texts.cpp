#include "app/probe_texts.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace cw::app {
namespace {

constexpr std::string_view kNativeProber = "native";

}  // namespace

Output output_of(bool json) { return json ? Output::json_lines : Output::text; }

std::optional<Family> family_of(bool only_v4, bool only_v6) {
  if (only_v4) return Family::v4;
  if (only_v6) return Family::v6;
  return std::nullopt;
}

Result<ProbeArguments> finish_probe(const ProbeTexts& texts) {
  auto probe = texts.probe;
  probe.method = TRY(parse_method(texts.method));
  if (probe.method == Method::tcp)
    return fail(ErrorKind::unsupported, "this build has no TCP probes: use --method icmp or --method udp");
  if (texts.mda) return fail(ErrorKind::unsupported, "this build has no --mda: use --flow N for one flow at a time");
  if (texts.prober != kNativeProber)
    return fail(
        ErrorKind::unsupported,
        fmt::format("this build has no prober \"{}\": leave out --prober, or say native", printable(texts.prober, 40)));
  if (texts.port != 0) {
    if (probe.method == Method::icmp) return fail(ErrorKind::invalid, "--port needs --method udp: ICMP has no ports");
    probe.port = static_cast<std::uint16_t>(texts.port);
  }
  if (probe.targets.empty() && !probe.file) return fail(ErrorKind::invalid, "name a TARGET: an address or a host name");
  probe.family = family_of(texts.only_v4, texts.only_v6);
  probe.timeout = std::chrono::milliseconds(texts.timeout_ms);
  probe.output = output_of(texts.json);
  return probe;
}

}  // namespace cw::app
