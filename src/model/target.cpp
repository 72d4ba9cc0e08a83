#include "model/target.hpp"

#include <array>

#include "model/named_value.hpp"

namespace cw {
namespace {

constexpr std::array sources{TargetSource::static_list, TargetSource::asn, TargetSource::dns, TargetSource::api,
                             TargetSource::discovery};
constexpr std::array states{TargetState::active, TargetState::paused};

}  // namespace

std::string_view to_string(TargetSource source) {
  switch (source) {
    case TargetSource::static_list:
      return "static";
    case TargetSource::asn:
      return "asn";
    case TargetSource::dns:
      return "dns";
    case TargetSource::api:
      return "api";
    case TargetSource::discovery:
      return "discovery";
  }
  return "static";
}

std::string_view to_string(TargetState state) {
  switch (state) {
    case TargetState::active:
      return "active";
    case TargetState::paused:
      return "paused";
  }
  return "active";
}

Result<TargetSource> parse_target_source(std::string_view text) {
  return parse_named_value<TargetSource>("target source", text, sources);
}

Result<TargetState> parse_target_state(std::string_view text) {
  return parse_named_value<TargetState>("target state", text, states);
}

}  // namespace cw
