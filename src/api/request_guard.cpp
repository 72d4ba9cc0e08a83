#include "api/request_guard.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/ip_address.hpp"
#include "core/prefix.hpp"
#include "core/text.hpp"

namespace cw::api {
namespace {

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lowered;
}

std::string header(const platform::HttpRequest& request, std::string_view name) {
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? std::string() : lower(trim(found->second));
}

bool is_loopback_name(std::string_view name) {
  if (name == "localhost" || name == "[::1]") return true;
  const auto address = IpAddress::parse(name);
  return address && Prefix::around(IpAddress::v4(0x7f000001), 8).contains(*address);
}

bool is_our_host(const std::string& host, std::uint16_t port, const std::vector<std::string>& named_hosts) {
  if (std::ranges::find(named_hosts, host) != named_hosts.end()) return true;
  const auto colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  const auto said_port = has_port ? parse_number<std::uint16_t>(std::string_view(host).substr(colon + 1)) : 80;
  return said_port == port && is_loopback_name(std::string_view(host).substr(0, has_port ? colon : host.size()));
}

bool changes_something(std::string_view method) { return method != "GET" && method != "OPTIONS"; }

// Browsers say Origin and Sec-Fetch-Site; other programs say neither, and are nobody's puppet.
bool comes_from_elsewhere(const platform::HttpRequest& request, const std::string& host) {
  const auto origin = header(request, "origin");
  if (!origin.empty() && origin != "http://" + host) return true;
  const auto site = header(request, "sec-fetch-site");
  return !site.empty() && site != "same-origin" && site != "none";
}

bool is_json(const platform::HttpRequest& request) {
  const auto type = header(request, "content-type");
  const auto media = trim(std::string_view(type).substr(0, type.find(';')));
  return media == "application/json" || (request.method == "PATCH" && media == "application/merge-patch+json");
}

bool needs_json(const platform::HttpRequest& request) {
  constexpr std::array<std::string_view, 3> methods{"POST", "PUT", "PATCH"};
  return std::ranges::find(methods, request.method) != methods.end() || !request.body.empty();
}

}  // namespace

std::expected<void, Problem> check_request(const platform::HttpRequest& request,
                                           const std::vector<std::string>& named_hosts) {
  const auto host = header(request, "host");
  if (!is_our_host(host, request.local_port, named_hosts))
    return refuse(ProblemType::misdirected_request,
                  "this node is reached as localhost or 127.0.0.1 with its own port, and by no other name",
                  {{.pointer = {}, .parameter = "Host", .detail = "\"" + printable(host, 80) + "\" is not this node"}});
  if (!changes_something(request.method)) return {};
  if (comes_from_elsewhere(request, host))
    return refuse(ProblemType::foreign_origin, "changes are taken from this node's own page only",
                  {{.pointer = {}, .parameter = "Origin", .detail = "is another site"}});
  if (needs_json(request) && !is_json(request))
    return refuse(ProblemType::unsupported_media_type, "send Content-Type: application/json",
                  {{.pointer = {}, .parameter = "Content-Type", .detail = "must be application/json"}});
  return {};
}

}  // namespace cw::api
