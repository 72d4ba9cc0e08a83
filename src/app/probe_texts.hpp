#pragma once

// The options of trace, ping and mtr as they were typed, and the record that they become once all were read.

#include <optional>
#include <string>

#include "app/command_line.hpp"
#include "core/ip_address.hpp"
#include "core/result.hpp"

namespace cw::app {

struct ProbeTexts {
  ProbeArguments probe;
  std::string method = "icmp";
  int timeout_ms = 1000;
  int port = 0;
  bool only_v4 = false;
  bool only_v6 = false;
  bool json = false;
  bool mda = false;
  bool pmtu = false;
  bool join = false;
  bool raw_output = false;
  std::string source;
};

Output output_of(bool json);
std::optional<Family> family_of(bool only_v4, bool only_v6);

// `invalid` for what does not go together or no prober is called.
Result<ProbeArguments> finish_probe(const ProbeTexts& texts);
// Reads --method and --port.
struct MethodAndPort {
  Method method = Method::icmp;
  std::optional<std::uint16_t> port;
};
Result<MethodAndPort> finish_method(const ProbeTexts& texts);
// Reads --source into the arguments.
Result<> finish_wire(WireArguments& wire, const std::string& source);

}  // namespace cw::app
