#include "app/node/node_client.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <filesystem>

#include "app/local_table.hpp"
#include "app/node/node_api.hpp"
#include "app/places.hpp"
#include "core/text.hpp"
#include "platform/database_lock.hpp"
#include "platform/http_client.hpp"
#include "platform/postgres_database.hpp"
#include "platform/sqlite_database.hpp"
#include "platform/system_clock.hpp"

namespace cw::app {
namespace {

using Headers = std::map<std::string, std::string, std::less<>>;

// Long enough for an import that asks a resolver about many names.
constexpr auto kTimeout = std::chrono::seconds(60);

class RemoteNode final : public NodeClient {
 public:
  explicit RemoteNode(std::string url) : url_(std::move(url)) {
    while (url_.ends_with('/')) url_.pop_back();
  }

 protected:
  Result<Reply> send(std::string_view method, const std::string& path, const std::string& body,
                     const Headers& headers) override {
    auto reply = TRY(platform::http_request(method, url_ + path, body, kTimeout, headers));
    return Reply{reply.status, std::move(reply.body)};
  }

 private:
  std::string url_;
};

// An API in this process, without a socket.
class InProcessNode : public NodeClient {
 public:
  explicit InProcessNode(api::Api& api) : api_(api) {}

 protected:
  Result<Reply> send(std::string_view method, const std::string& path, const std::string& body,
                     const Headers& headers) override {
    constexpr std::uint16_t standard_port = 80;  // which a Host without a port means
    const auto mark = std::min(path.size(), path.find('?'));
    platform::HttpRequest request{.method = std::string(method),
                                  .path = path.substr(0, mark),
                                  .headers = {{"host", "localhost"}, {"content-type", "application/json"}},
                                  .body = body,
                                  .local_port = standard_port};
    for (const auto pair : split(std::string_view(path).substr(std::min(path.size(), mark + 1)), '&'))
      request.query.emplace(pair.substr(0, pair.find('=')), pair.substr(std::min(pair.size(), pair.find('=') + 1)));
    request.query.erase("");
    for (const auto& [name, value] : headers) request.headers.insert_or_assign(name, value);
    auto response = api_.handle(request);
    return Reply{response.status, std::move(response.body)};
  }

 private:
  api::Api& api_;
};

// The books of a store that no node has open.
struct Books {
  Books(Stores opened, schedule::TargetPolicy policy, const Settings& settings)
      : stores(std::move(opened)),
        table(open_local_table(settings)),
        routes(table ? *table : empty_table()),
        admission(std::move(policy)) {
    api = make_bookkeeper(stores, prober, routes, admission, clock, settings, TargetSource::static_list);
  }

  platform::SystemClock clock;
  Stores stores;
  NoProber prober;
  Result<std::shared_ptr<const routing::RouteTable>> table;
  routing::RouteTables routes;
  schedule::ProbeAdmission admission;
  std::unique_ptr<api::Api> api;
};

class LocalNode final : private Books, public InProcessNode {
 public:
  LocalNode(Stores opened, schedule::TargetPolicy policy, const Settings& settings)
      : Books(std::move(opened), std::move(policy), settings), InProcessNode(*Books::api) {}
};

ErrorKind kind_of(std::string_view problem, int status) {
  if (problem.ends_with("/target-forbidden")) return ErrorKind::forbidden;
  if (problem.ends_with("/target-unresolvable") || status == 404) return ErrorKind::not_found;
  if (status == 400 || status == 422) return ErrorKind::invalid;
  if (status == 429) return ErrorKind::exhausted;
  if (status == 503) return ErrorKind::unavailable;
  return ErrorKind::internal;
}

std::string text_member(const boost::json::object& object, std::string_view name) {
  const auto* member = object.if_contains(name);
  return member != nullptr && member->is_string() ? std::string(member->as_string()) : std::string();
}

// The problem's detail, and the first part that is to blame where it says more.
Error error_of(int status, const std::string& body) {
  boost::system::error_code error;
  const auto value = boost::json::parse(body, error);
  if (error || !value.is_object())
    return {ErrorKind::unavailable, fmt::format("the node answered with status {} and no words", status)};
  const auto& problem = value.as_object();
  auto message = text_member(problem, "detail");
  const auto* errors = problem.if_contains("errors");
  if (errors != nullptr && errors->is_array() && !errors->as_array().empty() &&
      errors->as_array().front().is_object()) {
    const auto detail = text_member(errors->as_array().front().as_object(), "detail");
    if (!detail.empty() && message.find(detail) == std::string::npos) message += ": " + detail;
  }
  return {kind_of(text_member(problem, "type"), status), printable(message, 400)};
}

}  // namespace

Result<std::string> NodeClient::call(std::string_view method, const std::string& path, const std::string& body,
                                     const Headers& headers) {
  auto reply = TRY(send(method, path, body, headers));
  if (reply.status >= 400) return std::unexpected(error_of(reply.status, reply.body));
  return std::move(reply.body);
}

Result<std::unique_ptr<NodeClient>> NodeClient::open(const Settings& settings, StoreUse use) {
  auto url = store_url(settings);
  const platform::SystemClock clock;
  // A server is shared: the books are kept in it whoever else is there.
  if (platform::is_postgres_url(url))
    return std::make_unique<LocalNode>(TRY(open_stores(url, settings, clock.now(), JobsUse::look)),
                                       TRY(target_policy(settings)), settings);
  const auto file = platform::parse_sqlite_url(url);
  if (!file) return std::unexpected(file.error());
  if (*file) {
    if (const auto holder = platform::DatabaseLock::holder(**file)) {
      if (!holder->url.empty()) return std::make_unique<RemoteNode>(holder->url);
      return fail(
          ErrorKind::unavailable,
          fmt::format("cyberwatch (pid {}) is using {} and has no page to ask: wait until it has started, or stop it",
                      holder->pid, (*file)->string()));
    }
    std::error_code error;
    if (use == StoreUse::read && !std::filesystem::exists(**file, error)) url = "sqlite::memory:";
  }
  auto policy = TRY(target_policy(settings));
  return std::make_unique<LocalNode>(TRY(open_stores(url, settings, clock.now())), std::move(policy), settings);
}

std::unique_ptr<NodeClient> client_of(api::Api& api) { return std::make_unique<InProcessNode>(api); }

}  // namespace cw::app
