#pragma once

// Every method over both families, as parameters of tests.

#include <gtest/gtest.h>

#include <string>

#include "engine_lab.hpp"

namespace cw::lab {

struct ProbeWay {
  Family family = Family::v4;
  Method method = Method::icmp;
};

inline std::string probe_way_name(const testing::TestParamInfo<ProbeWay>& way) {
  std::string name(to_string(way.param.method));
  for (auto& letter : name)
    if (letter == '-') letter = '_';
  return name + (way.param.family == Family::v4 ? "_v4" : "_v6");
}

inline auto all_probe_ways() {
  using enum Method;
  return testing::Values(ProbeWay{Family::v4, icmp}, ProbeWay{Family::v6, icmp}, ProbeWay{Family::v4, udp},
                         ProbeWay{Family::v6, udp}, ProbeWay{Family::v4, tcp}, ProbeWay{Family::v6, tcp},
                         ProbeWay{Family::v4, tcp_ack}, ProbeWay{Family::v6, tcp_ack});
}

class OverEveryWay : public testing::TestWithParam<ProbeWay> {
 protected:
  [[nodiscard]] static Family family() { return GetParam().family; }
  [[nodiscard]] static Method method() { return GetParam().method; }
  [[nodiscard]] static IpAddress host() { return host_address(family()); }
  [[nodiscard]] static IpAddress router(int number) { return router_address(number, family()); }
  [[nodiscard]] static MeasurementRequest request(Kind kind = Kind::trace) {
    return request_for(host(), kind, method());
  }
};

// The routers of a row and the host behind them.
inline std::string row_text(int routers, Family family) {
  std::string text;
  for (int i = 1; i <= routers; ++i) text += router_address(i, family).to_string() + " ";
  return text + host_address(family).to_string();
}

}  // namespace cw::lab
