#include "app/probe_texts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ports/probe/native/probe_flow.hpp"

namespace cw::app {

Output output_of(bool json) { return json ? Output::json_lines : Output::text; }

std::optional<Family> family_of(bool only_v4, bool only_v6) {
  if (only_v4) return Family::v4;
  if (only_v6) return Family::v6;
  return std::nullopt;
}

Result<> finish_wire(WireArguments& wire, const std::string& source) {
  const auto is_printable = [](char c) { return c >= ' ' && c <= '~'; };
  if (wire.identity.size() > probe::longest_identity_text || !std::ranges::all_of(wire.identity, is_printable))
    return fail(ErrorKind::invalid,
                fmt::format("--identity takes at most {} printable ASCII characters", probe::longest_identity_text));
  if (!source.empty()) wire.source = TRY(IpAddress::parse(source));
  return {};
}

Result<MethodAndPort> finish_method(const ProbeTexts& texts) {
  MethodAndPort found{.method = TRY(parse_method(texts.method))};
  if (texts.port == 0) return found;
  if (found.method == Method::icmp)
    return fail(ErrorKind::invalid, "--port needs --method udp, tcp or tcp-ack: ICMP has no ports");
  found.port = static_cast<std::uint16_t>(texts.port);
  return found;
}

Result<ProbeArguments> finish_probe(const ProbeTexts& texts) {
  auto probe = texts.probe;
  const auto wanted = TRY(finish_method(texts));
  probe.method = wanted.method;
  probe.port = wanted.port;
  if (probe.targets.empty() && !probe.file) return fail(ErrorKind::invalid, "name a TARGET: an address or a host name");
  TRY(finish_wire(probe.wire, texts.source));
  probe.family = family_of(texts.only_v4, texts.only_v6);
  probe.timeout = std::chrono::milliseconds(texts.timeout_ms);
  probe.raw_output = texts.raw_output ? RawOutput::keep : RawOutput::drop;
  probe.output = output_of(texts.json);
  return probe;
}

}  // namespace cw::app
