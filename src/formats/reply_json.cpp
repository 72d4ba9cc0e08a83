#include "formats/reply_json.hpp"

namespace cw::formats {

void write_mpls(JsonWriter& json, const std::vector<MplsLabel>& labels) {
  json.begin_array();
  for (const MplsLabel& label : labels) {
    json.begin_object();
    json.key("label").integer(label.label);
    json.key("tc").integer(label.traffic_class);
    json.key("bottom").boolean(label.bottom);
    json.key("ttl").integer(label.ttl);
    json.end_object();
  }
  json.end_array();
}

void write_reply(JsonWriter& json, const Reply& reply) {
  json.begin_object();
  json.key("from").string(reply.from.to_string());
  json.key("rtt_ms").milliseconds(reply.rtt);
  json.key("icmp_type");
  reply.tcp_flags ? json.null() : json.integer(reply.icmp_type);
  json.key("icmp_code");
  reply.tcp_flags ? json.null() : json.integer(reply.icmp_code);
  if (reply.tcp_flags) json.key("tcp_flags").integer(*reply.tcp_flags);
  if (reply.reply_ttl) json.key("reply_ttl").integer(*reply.reply_ttl);
  if (reply.quoted_ttl) json.key("quoted_ttl").integer(*reply.quoted_ttl);
  if (reply.quoted_tos) json.key("quoted_tos").integer(*reply.quoted_tos);
  if (reply.next_hop_mtu) json.key("next_hop_mtu").integer(*reply.next_hop_mtu);
  if (!reply.mpls.empty()) write_mpls(json.key("mpls"), reply.mpls);
  json.key("attempt").integer(reply.attempt);
  if (reply.late) json.key("late").boolean(true);
  if (reply.duplicate) json.key("duplicate").boolean(true);
  if (reply.rewritten) json.key("rewritten").boolean(true);
  json.end_object();
}

}  // namespace cw::formats
