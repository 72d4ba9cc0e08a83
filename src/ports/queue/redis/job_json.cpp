#include "ports/queue/redis/job_json.hpp"

#include <boost/json.hpp>

#include "formats/json_reading.hpp"
#include "formats/json_writer.hpp"

namespace cw::queue {

std::string write_job(const Job& job) {
  formats::JsonWriter json;
  json.begin_object();
  json.key("id").string(job.id.to_string());
  json.key("target_ip").string(job.target_ip.to_string());
  json.key("target_name").string(job.target_name);
  json.key("target_type").string(to_string(job.target_type));
  json.key("kind").string(to_string(job.kind));
  json.key("priority").integer(job.priority);
  json.key("source").string(job.source);
  json.key("reason").string(job.reason);
  json.key("created_at").string(format_rfc3339(job.created_at));
  json.key("not_before").string(format_rfc3339(job.not_before));
  json.key("prober").string(job.prober);
  json.key("method").string(to_string(job.options.method));
  if (job.options.port) json.key("port").integer(*job.options.port);
  json.key("multipath").boolean(job.options.multipath == Multipath::on);
  json.key("mtu_search").boolean(job.options.mtu_search == MtuSearch::on);
  json.key("dscp").integer(job.options.dscp);
  json.end_object();
  return json.take();
}

Result<Job> read_job(std::string_view text) {
  const auto value = TRY(formats::parse_json(text));
  formats::JsonFault fault;
  formats::JsonMembers members(value, "job", fault);
  Job job{.id = members.named("id", Uuid::parse),
          .target_ip = members.address("target_ip"),
          .target_name = members.text("target_name"),
          .target_type = members.named("target_type", parse_target_source),
          .kind = members.named("kind", parse_kind)};
  job.options.method = members.named("method", parse_method);
  job.options.port = members.optional_integer<std::uint16_t>("port");
  job.options.multipath = members.flag("multipath") ? Multipath::on : Multipath::off;
  job.options.mtu_search = members.flag("mtu_search") ? MtuSearch::on : MtuSearch::off;
  job.options.dscp = members.integer<std::uint8_t>("dscp", 0, 63);
  job.prober = members.text("prober");
  job.priority = members.integer<int>("priority", 0, 9);
  job.source = members.text("source");
  job.reason = members.text("reason");
  job.created_at = members.instant("created_at");
  job.not_before = members.instant("not_before");
  if (!fault.ok()) return std::unexpected(fault.error());
  return job;
}

}  // namespace cw::queue
