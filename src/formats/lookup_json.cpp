#include "formats/lookup_json.hpp"

#include "formats/json_writer.hpp"

namespace cw::formats {

std::string to_json(const AddressFacts& facts) {
  JsonWriter json;
  json.begin_object();
  json.key("address").string(facts.address.to_string());
  json.key("prefix").string_or_null(facts.prefix ? facts.prefix->to_string() : "");
  json.key("asn");
  facts.asn ? json.integer(facts.asn->value) : json.null();
  json.key("as_name").string_or_null(facts.as_name);
  json.key("org_name").string_or_null(facts.org_name);
  json.key("country_code").string_or_null(facts.country_code);
  json.key("ixp").string_or_null(facts.ixp);
  json.key("special").string_or_null(facts.special);
  json.key("source").string_or_null(facts.source);
  json.key("as_of").string_or_null(facts.as_of ? format_rfc3339(*facts.as_of) : "");
  json.end_object();
  return json.take();
}

}  // namespace cw::formats
