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
  std::string prober = "native";
  int timeout_ms = 1000;
  int port = 0;
  bool only_v4 = false;
  bool only_v6 = false;
  bool json = false;
  bool mda = false;
};

Output output_of(bool json);
std::optional<Family> family_of(bool only_v4, bool only_v6);

// `invalid` for what does not go together, `unsupported` for what this build does not have.
Result<ProbeArguments> finish_probe(const ProbeTexts& texts);

}  // namespace cw::app
