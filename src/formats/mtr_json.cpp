#include "formats/mtr_json.hpp"

#include <algorithm>

#include "formats/json_writer.hpp"
#include "formats/mtr_statistics.hpp"

namespace cw::formats {
namespace {

// The address of the highest attempt, as mtr keeps the latest.
std::string host_of(const Hop& hop) {
  const Reply* latest = nullptr;
  for (const Reply& reply : hop.replies)
    if (!reply.late && !reply.duplicate && (latest == nullptr || reply.attempt >= latest->attempt)) latest = &reply;
  if (latest != nullptr) return latest->from.to_string();
  return hop.inferred ? hop.inferred->from.to_string() : "???";
}

std::string asn_of(Ttl ttl, const AsPath& as_path) {
  const auto owner = std::ranges::find(as_path.hops, ttl, &HopOwner::ttl);
  return owner == as_path.hops.end() || !owner->asn ? "AS???" : owner->asn->to_string();
}

void write_time(JsonWriter& json, std::string_view name, std::chrono::microseconds time) {
  json.key(name).real(static_cast<double>(time.count()) / 1000);
}

void write_hub(JsonWriter& json, const Hop& hop, const std::optional<AsPath>& as_path) {
  const MtrStatistics statistics = mtr_statistics(hop);
  json.begin_object();
  json.key("count").integer(hop.ttl.value);
  json.key("host").string(host_of(hop));
  if (as_path) json.key("ASN").string(asn_of(hop.ttl, *as_path));
  json.key("Loss%").real(statistics.loss_percent);
  json.key("Drop").integer(statistics.dropped);
  json.key("Rcv").integer(statistics.received);
  json.key("Snt").integer(statistics.sent);
  write_time(json, "Last", statistics.last);
  write_time(json, "Best", statistics.best);
  write_time(json, "Avg", statistics.average);
  write_time(json, "Wrst", statistics.worst);
  write_time(json, "StDev", statistics.deviation);
  write_time(json, "Gmean", statistics.geometric_mean);
  write_time(json, "Jttr", statistics.jitter);
  write_time(json, "Javg", statistics.jitter_average);
  write_time(json, "Jmax", statistics.jitter_worst);
  write_time(json, "Jint", statistics.jitter_interarrival);
  json.end_object();
}

int rounds(const Measurement& measurement) {
  if (measurement.kind == Kind::trace) return 1;
  int most = 0;
  for (const Hop& hop : measurement.hops) most = std::max(most, hop.sent);
  return most;
}

}  // namespace

Result<std::string> to_mtr_json(const Measurement& measurement, const std::optional<AsPath>& as_path,
                                const ExportContext& context) {
  if (measurement.kind == Kind::ping)
    return fail(ErrorKind::unsupported, "a ping has no hops: export it as json, atlas, scamper or globalping");
  JsonWriter json;
  json.begin_object().key("report").begin_object();
  json.key("mtr").begin_object();
  json.key("src").string(measurement.vantage);
  json.key("dst").string(measurement.target);
  json.key("tos").integer(measurement.dscp << 2);
  json.key("tests").integer(rounds(measurement));
  json.key("psize").string(std::to_string(context.packet_bytes));
  json.key("bitpattern").string("0x00");
  json.end_object();
  json.key("hubs").begin_array();
  for (const Hop& hop : measurement.hops) write_hub(json, hop, as_path);
  json.end_array();
  return json.end_object().end_object().take();
}

}  // namespace cw::formats
