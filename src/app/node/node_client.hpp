#pragma once

// How commands reach the node's targets and settings: through its API where it runs, else through the same API
// over its store.

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/api.hpp"
#include "core/result.hpp"
#include "model/settings.hpp"

namespace cw::app {

// Whether a store that does not exist yet is made: who only reads sees an empty one instead.
enum class StoreUse : std::uint8_t { read, write };

class NodeClient {
 public:
  // `unavailable` where the store cannot be opened, or another process has it and does not answer.
  static Result<std::unique_ptr<NodeClient>> open(const Settings& settings, StoreUse use);

  virtual ~NodeClient() = default;
  // The body of the answer. A problem becomes an error with its words: not found, forbidden, invalid, …
  Result<std::string> call(std::string_view method, const std::string& path, const std::string& body = {},
                           const std::map<std::string, std::string, std::less<>>& headers = {});

 protected:
  struct Reply {
    int status = 0;
    std::string body;
  };
  // `path` may have a query: "/api/v1/targets?limit=500".
  virtual Result<Reply> send(std::string_view method, const std::string& path, const std::string& body,
                             const std::map<std::string, std::string, std::less<>>& headers) = 0;
};

// The API of this very process.
std::unique_ptr<NodeClient> client_of(api::Api& api);

}  // namespace cw::app
