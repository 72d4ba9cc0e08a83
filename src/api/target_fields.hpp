#pragma once

// The members of a target that its owner chooses, as adding, importing and changing read them.

#include <chrono>
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
};

TargetFields read_target_fields(RequestBody& body);

// What is given replaces what the target has.
void apply(const TargetFields& fields, Target& target);

// A target that does not exist yet, from the API.
Target new_target(const ApiContext& context, const IpAddress& address, std::string_view name,
                  const TargetFields& fields);

}  // namespace cw::api
