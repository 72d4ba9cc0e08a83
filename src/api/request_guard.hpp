#pragma once

// What keeps other web sites away from a node on loopback, which has no log-in.
// 1. The Host must be a loopback name or address with our port, or one that the owner named: a foreign name that
//    was made to point at 127.0.0.1 (DNS rebinding) is not ours (421).
// 2. A request that changes something and says where it comes from must come from our own page (403).
// 3. A request with a body must say it is JSON, which a foreign page cannot say without being asked (415).

#include <expected>
#include <string>
#include <vector>

#include "api/problem.hpp"
#include "platform/http_server.hpp"

namespace cw::api {

// `named_hosts` are further "name:port" pairs, in lower case.
std::expected<void, Problem> check_request(const platform::HttpRequest& request,
                                           const std::vector<std::string>& named_hosts);

}  // namespace cw::api
