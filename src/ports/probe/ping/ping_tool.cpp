#include "ports/probe/ping/ping_tool.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "codec/icmp.hpp"
#include "platform/privileges.hpp"
#include "ports/probe/native/ping_task.hpp"
#include "ports/probe/ping/ping_report.hpp"
#include "ports/probe/tool_record.hpp"
#include "ports/probe/tool_text.hpp"

namespace cw::probe {
namespace {

using namespace std::chrono_literals;

Result<std::string> version(std::string_view output) {
  const auto found = text_after(output, "iputils ", "\n");
  const auto older = text_after(output, "iputils-", "\n");
  if (!found && !older)
    return fail(ErrorKind::unsupported, "this ping is not that of iputils: `apt install iputils-ping`");
  return std::string(found ? *found : *older);
}

Result<> check(const MeasurementRequest& request) {
  TRY(check_plain(request, "ping"));
  if (request.kind != Kind::ping) return fail(ErrorKind::unsupported, "ping only pings; mtr and traceroute trace");
  if (request.method != Method::icmp)
    return fail(ErrorKind::unsupported, "ping sends ICMP only; nping and the native prober do the others");
  if (request.interval < 2ms && !platform::current_privileges().is_root)
    return fail(ErrorKind::unsupported, "ping lets ordinary users choose an interval of 2 ms or more");
  return {};
}

std::vector<std::string> arguments(const MeasurementRequest& request) {
  std::vector<std::string> words{"-n", "-D", "-O", request.address.is_v4() ? "-4" : "-6"};
  const auto add = [&](std::string_view option, std::string value) {
    words.emplace_back(option);
    words.push_back(std::move(value));
  };
  add("-c", std::to_string(request.count));
  add("-i", seconds_argument(request.interval));
  add("-W", seconds_argument(request.timeout));
  add("-t", std::to_string(ping_ttl.value));
  if (request.dscp != 0) add("-Q", std::to_string(request.dscp << 2));
  words.push_back(request.address.to_string());
  return words;
}

Duration time_limit(const MeasurementRequest& request) {
  return request.interval * request.count + 2 * request.timeout + 15s;
}

Result<Measurement> read(const ToolReport& report) {
  const auto& request = report.request;
  auto said = TRY(parse_ping(report.outcome.output));
  if (said.sent > request.count) return fail(ErrorKind::invalid, "ping sent more probes than it was asked for");
  std::vector<bool> answered(static_cast<std::size_t>(request.count) + 1);
  std::vector<Reply> replies;
  for (const auto& answer : said.answers) {
    if (answer.sequence > said.sent) return fail(ErrorKind::invalid, "an answer to a ping that was not sent");
    const auto numbers = codec::icmp_type_code(answer.from.family(), codec::IcmpMessage::echo_reply);
    const auto place = static_cast<std::size_t>(answer.sequence);
    replies.push_back({.from = answer.from,
                       .rtt = answer.rtt,
                       .icmp_type = numbers.type,
                       .icmp_code = numbers.code,
                       .reply_ttl = answer.ttl,
                       .attempt = answer.sequence,
                       .late = answer.rtt > request.timeout,
                       .duplicate = answer.duplicate || answered[place]});
    answered[place] = true;
  }
  std::vector<Refusal> refusals;
  for (const auto& error : said.errors) refusals.push_back({.from = error.from, .reason = error.reason});
  return record_ping(report, said.sent, std::move(replies), refusals);
}

}  // namespace

Tool ping_tool() {
  return {.name = "ping",
          .program = "ping",
          .package = "iputils-ping",
          .version_arguments = {"-V"},
          .version = version,
          .check = check,
          .arguments = arguments,
          .read = read,
          .time_limit = time_limit,
          .most_exit_code = 1};  // nothing answered
}

}  // namespace cw::probe
