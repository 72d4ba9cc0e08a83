#pragma once

// A ping as text: a line an answer, and what they say together. Pure functions.

#include <string>

#include "app/text/trace_text.hpp"
#include "model/measurement.hpp"
#include "ports/probe/prober.hpp"

namespace cw::app {

// "3  1.1.1.1  12.402 ms  ttl 57"; silence is "3  * no answer".
std::string ping_line(const probe::ProbeEvent& event, const IpAddress& target, const TextStyle& style);

// "www.example.net (192.0.2.7): 5 sent, 4 answered, 20.0% lost; 11.9 / 12.4 / 14.0 ms (best / median / worst)"
std::string ping_summary(const Measurement& measurement, const TextStyle& style);

}  // namespace cw::app
