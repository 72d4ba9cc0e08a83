#include "api/target_address.hpp"

#include <fmt/format.h>

#include <iterator>
#include <vector>

#include "api/refusals.hpp"
#include "core/text.hpp"
#include "platform/resolver.hpp"

namespace cw::api {
namespace {

std::unexpected<Problem> unresolvable(std::string detail) {
  return refuse(ProblemType::target_unresolvable, std::move(detail));
}

std::expected<std::vector<IpAddress>, Problem> resolve(const ApiContext& context, std::string_view text,
                                                       std::optional<Family> family) {
  if (!platform::is_host_name(text))
    return unresolvable(fmt::format("\"{}\" is neither an address nor a host name", printable(text)));
  auto addresses = context.ports.resolve(std::string(text), family);
  if (!addresses && addresses.error().kind != ErrorKind::not_found && addresses.error().kind != ErrorKind::invalid)
    return std::unexpected(Problem(addresses.error()));
  if (!addresses || addresses->empty())
    return unresolvable(fmt::format("{} has no address{}: check the name", printable(text),
                                    !family                 ? ""
                                    : *family == Family::v4 ? " of IPv4"
                                                            : " of IPv6"));
  return *std::move(addresses);
}

}  // namespace

std::optional<Family> read_family(RequestBody& body) {
  const auto family = body.whole_number("af", 4, 6);
  if (!family) return std::nullopt;
  if (*family == 5) body.note("af", "af must be 4 or 6");
  return *family == 4 ? Family::v4 : Family::v6;
}

std::expected<IpAddress, Problem> find_target_address(const ApiContext& context, const WantedTarget& wanted,
                                                      std::vector<store::NewRefusal>& refused) {
  std::vector<IpAddress> candidates;
  if (const auto address = IpAddress::parse(wanted.text)) {
    candidates.push_back(*address);
  } else {
    auto resolved = resolve(context, wanted.text, wanted.family);
    if (!resolved) return std::unexpected(std::move(resolved).error());
    candidates = *std::move(resolved);
  }
  std::vector<store::NewRefusal> forbidden;
  for (const auto& address : candidates) {
    const auto verdict = context.ports.admission.judge(destination_of(context, address));
    if (verdict.may_probe()) return address;
    forbidden.push_back(refusal_of(address, verdict, wanted.source));
  }
  auto detail = forbidden.front().detail;
  refused.insert(refused.end(), std::make_move_iterator(forbidden.begin()), std::make_move_iterator(forbidden.end()));
  return refuse(ProblemType::target_forbidden, std::move(detail));
}

std::expected<IpAddress, Problem> find_target_address(const ApiContext& context, const WantedTarget& wanted) {
  std::vector<store::NewRefusal> refused;
  auto address = find_target_address(context, wanted, refused);
  if (!refused.empty()) note_refusals(context, refused);
  return address;
}

std::unexpected<Problem> blame_member(Problem problem, std::string_view name) {
  problem.errors.push_back({.pointer = fmt::format("/{}", name), .parameter = {}, .detail = problem.detail});
  return std::unexpected(std::move(problem));
}

}  // namespace cw::api
