#pragma once

// The members of a target that its owner chooses, as adding, importing and changing read them.

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "api/request_body.hpp"
#include "api/routes.hpp"
#include "model/target.hpp"

namespace cw::api {

struct TargetFields {
  std::optional<std::vector<std::string>> labels;
  std::optional<std::chrono::seconds> interval;
  std::optional<int> priority;
  std::optional<std::string> reason;
  std::optional<Kind> kind;
  std::optional<std::string> prober;
  std::optional<Method> method;
  std::optional<std::uint16_t> port;
  std::optional<Multipath> multipath;
  std::optional<MtuSearch> mtu_search;
  std::optional<std::uint8_t> dscp;
};

TargetFields read_target_fields(const ApiContext& context, RequestBody& body);

// One of the node's probers; empty is the node's own order.
std::optional<std::string> read_prober(const ApiContext& context, RequestBody& body);
std::optional<Multipath> read_multipath(RequestBody& body);
std::optional<MtuSearch> read_mtu_search(RequestBody& body);
std::optional<std::uint8_t> read_dscp(RequestBody& body);

// What would be asked of a prober for it: `validation_failed` where that cannot be, such as a port for ICMP.
std::expected<void, Problem> check_measurable(const Target& target);

// What is given replaces what the target has. A method without a port takes its standard one.
void apply(const TargetFields& fields, Target& target);

// A target that does not exist yet, from the API.
Target new_target(const ApiContext& context, const IpAddress& address, std::string_view name,
                  const TargetFields& fields);

}  // namespace cw::api
