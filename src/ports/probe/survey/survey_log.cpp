#include "ports/probe/survey/survey_log.hpp"

#include <boost/json.hpp>

#include "core/text.hpp"
#include "formats/json_writer.hpp"
#include "formats/reply_json.hpp"

namespace cw::probe {
namespace {

namespace json = boost::json;

Result<json::object> parse_object(std::string_view text, std::string_view what) {
  boost::system::error_code error;
  auto value = json::parse(text, error);
  if (error || !value.is_object()) return fail(ErrorKind::invalid, std::string(what) + " is no JSON object");
  return std::move(value).as_object();
}

Result<std::uint64_t> whole_number(const json::object& object, std::string_view name, std::uint64_t most) {
  const auto* value = object.if_contains(name);
  boost::system::error_code error;
  const auto number = value != nullptr && value->is_number() ? value->to_number<std::uint64_t>(error) : 0;
  if (value == nullptr || !value->is_number() || error || number > most)
    return fail(ErrorKind::invalid, std::string(name) + " is no whole number, or too large");
  return number;
}

Result<IpAddress> address(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return fail(ErrorKind::invalid, std::string(name) + " is missing");
  return IpAddress::parse(value->as_string());
}

Result<std::uint8_t> small_number(const json::object& object, std::string_view name) {
  return static_cast<std::uint8_t>(TRY(whole_number(object, name, 255)));
}

Result<std::optional<std::uint8_t>> small_number_if_there(const json::object& object, std::string_view name) {
  if (!object.contains(name)) return std::nullopt;
  return TRY(small_number(object, name));
}

// Beyond 2^53 numbers are not safe in JSON (RFC 8259, section 6).
std::string as_text(std::uint64_t value) { return std::to_string(value); }

Result<std::uint64_t> from_text(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto number = value != nullptr && value->is_string()
                          ? parse_number<std::uint64_t>(std::string_view(value->as_string()))
                          : std::nullopt;
  if (!number) return fail(ErrorKind::invalid, std::string(name) + " is no number in quotes");
  return *number;
}

}  // namespace

std::string to_json(const SurveyReply& survey_reply) {
  const auto& reply = survey_reply.reply;
  formats::JsonWriter out;
  out.begin_object();
  out.key("destination").string(survey_reply.destination.to_string());
  out.key("ttl").integer(survey_reply.ttl.value);
  out.key("from").string(reply.from.to_string());
  out.key("rtt_ms").milliseconds(reply.rtt);
  out.key("icmp_type");
  reply.tcp_flags ? out.null() : out.integer(reply.icmp_type);
  out.key("icmp_code");
  reply.tcp_flags ? out.null() : out.integer(reply.icmp_code);
  if (reply.tcp_flags) out.key("tcp_flags").integer(*reply.tcp_flags);
  if (reply.reply_ttl) out.key("reply_ttl").integer(*reply.reply_ttl);
  if (reply.quoted_ttl) out.key("quoted_ttl").integer(*reply.quoted_ttl);
  if (reply.quoted_tos) out.key("quoted_tos").integer(*reply.quoted_tos);
  if (!reply.mpls.empty()) formats::write_mpls(out.key("mpls"), reply.mpls);
  if (!survey_reply.verified) out.key("verified").boolean(false);
  out.end_object();
  return out.take();
}

Result<SurveyReply> survey_reply_from_json(std::string_view line) {
  const auto object = TRY(parse_object(line, "the line"));
  SurveyReply survey_reply;
  survey_reply.destination = TRY(address(object, "destination"));
  survey_reply.ttl = Ttl{TRY(small_number(object, "ttl"))};
  auto& reply = survey_reply.reply;
  reply.from = TRY(address(object, "from"));
  reply.tcp_flags = TRY(small_number_if_there(object, "tcp_flags"));
  if (!reply.tcp_flags) {
    reply.icmp_type = TRY(small_number(object, "icmp_type"));
    reply.icmp_code = TRY(small_number(object, "icmp_code"));
  }
  reply.reply_ttl = TRY(small_number_if_there(object, "reply_ttl"));
  reply.quoted_ttl = TRY(small_number_if_there(object, "quoted_ttl"));
  survey_reply.verified = !object.contains("verified");
  return survey_reply;
}

std::string to_json(const SharedHop& hop) {
  formats::JsonWriter out;
  out.begin_object().key("shared_hop").begin_object();
  out.key("ttl").integer(hop.ttl.value);
  out.key("from").string(hop.address.to_string());
  out.end_object().end_object();
  return out.take();
}

std::string to_json(const SurveyState& state) {
  formats::JsonWriter out;
  out.begin_object();
  out.key("plan").string(as_text(state.fingerprint));
  out.key("seed").string(as_text(state.seed));
  out.key("position").string(as_text(state.position));
  out.key("bytes").string(as_text(state.bytes));
  out.end_object();
  return out.take();
}

Result<SurveyState> survey_state_from_json(std::string_view text) {
  const auto object = TRY(parse_object(text, "the state"));
  SurveyState state;
  state.fingerprint = TRY(from_text(object, "plan"));
  state.seed = TRY(from_text(object, "seed"));
  state.position = TRY(from_text(object, "position"));
  state.bytes = TRY(from_text(object, "bytes"));
  return state;
}

}  // namespace cw::probe
