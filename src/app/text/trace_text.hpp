#pragma once

// A trace as aligned text: a line a hop, a line that sums up, a line of networks. Pure functions.

#include <string>
#include <string_view>
#include <vector>

#include "app/text/network_names.hpp"
#include "app/text/paint.hpp"
#include "model/as_path.hpp"
#include "model/measurement.hpp"
#include "model/measurement_request.hpp"

namespace cw::app {

struct TextStyle {
  Colour colour = Colour::none;
  FactsOf facts_of;  // may be empty: then no networks are shown
};

// "trace to www.example.net (192.0.2.7), icmp, flow 0"
std::string trace_heading(const MeasurementRequest& request, const TextStyle& style);
std::string trace_heading(const Measurement& measurement, const TextStyle& style);

// One line an address, each with its line break; "* no answer" for silence.
std::string hop_lines(const Hop& hop, Family family, const TextStyle& style);
// For a TTL that nothing is known of yet.
std::string waiting_line(Ttl ttl, const TextStyle& style);

// "reached 192.0.2.7 at hop 14 in 60.123 ms; 14 probes in 0.41 s"
std::string trace_summary(const Measurement& measurement, const TextStyle& style);
// "path MTU: 1480 bytes"; empty where it was not looked for.
std::string path_mtu_line(const Measurement& measurement);
// What else the replies say (formats/path_notes.hpp): a line each, "note: …".
std::string notes_lines(const Measurement& measurement, const TextStyle& style);
// "networks: AS64500 Example Net > ? > AS64501 Other Net"; empty where none is known.
std::string networks_line(const AsPath& as_path, const TextStyle& style);

// What follows the hops: all of the above.
std::string trace_end(const Measurement& measurement, const std::optional<AsPath>& as_path, const TextStyle& style);
// All of it, with a line break at its end.
std::string trace_table(const Measurement& measurement, const std::optional<AsPath>& as_path, const TextStyle& style);

// "  AS64500 Example Net"; empty where nothing is known or asked.
std::string network_text(const IpAddress& address, const TextStyle& style);

// "12.402 ms"
std::string milliseconds_text(Duration duration);

}  // namespace cw::app
