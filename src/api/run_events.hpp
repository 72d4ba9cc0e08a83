#pragma once

// What happens in a looking-glass run, as the JSON of its events. One function an event.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "api/problem.hpp"
#include "core/time.hpp"
#include "formats/json_writer.hpp"
#include "model/address_facts.hpp"
#include "model/as_path.hpp"
#include "model/measurement.hpp"
#include "model/measurement_request.hpp"
#include "ports/probe/prober.hpp"

namespace cw::api {

// What the run's end says of the path beside the measurement itself.
struct PathNews {
  std::string path_hash;  // empty: no path
  bool known_path = false;
  bool differs_from_last = false;
};

// "parameters":{…}, also part of GET …/runs/{id}.
void write_parameters(formats::JsonWriter& json, const MeasurementRequest& request);

std::string run_started(const MeasurementRequest& request, std::string_view vantage, Instant started_at);
std::string hop_reply(const MeasurementRequest& request, const probe::ReplyEvent& event);
std::string hop_timeout(const MeasurementRequest& request, const probe::SilenceEvent& event);
// `owner` of the hop as that one reply shows it; the whole path may say more at the end.
std::string hop_enriched(const HopOwner& owner, const AddressFacts& facts);
std::string round_completed(int round, const std::map<Ttl, Hop>& hops);
std::string run_completed(const Measurement& measurement, const PathNews& news);
std::string run_failed(ProblemType type, std::string_view detail);

}  // namespace cw::api
