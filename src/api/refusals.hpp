#pragma once

// Asking the target policy, and keeping what it refused.

#include <string_view>
#include <vector>

#include "api/routes.hpp"
#include "core/ip_address.hpp"
#include "formats/json_writer.hpp"
#include "ports/store/refusal_store.hpp"
#include "rules/schedule/probe_admission.hpp"

namespace cw::api {

// The address with the network that announces it.
schedule::Destination destination_of(const ApiContext& context, const IpAddress& address);

store::NewRefusal refusal_of(const IpAddress& address, const schedule::PolicyVerdict& verdict, std::string_view source);

// A store that cannot note them is logged: what was refused is refused all the same.
void note_refusals(const ApiContext& context, const std::vector<store::NewRefusal>& refusals);

void write_refusal(formats::JsonWriter& json, const store::Refusal& refusal);

}  // namespace cw::api
