#pragma once

// The built page, read into memory once and served with what a browser needs to keep it and to distrust
// everything else.

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "platform/http_server.hpp"

namespace cw::api {

class StaticSite {
 public:
  // Without a page: every path says how to build one.
  StaticSite() = default;
  // Every file under `folder`, which has an index.html. `not_found` without it, `exhausted` over 64 MB.
  static Result<StaticSite> load(const std::filesystem::path& folder);

  // The file of that path; the page itself for a path that is no file's, since the page knows its own routes;
  // 404 for a file that is not there.
  [[nodiscard]] platform::HttpResponse get(std::string_view path) const;

 private:
  struct File {
    std::string body;
    std::string_view type;
    std::string etag;
    bool immutable = false;  // its name holds the hash of its content
  };
  [[nodiscard]] static platform::HttpResponse response_of(const File& file);

  std::map<std::string, File, std::less<>> files_;
};

// A strong ETag (RFC 9110, section 8.8.3) of these bytes.
std::string entity_tag(std::string_view bytes);

}  // namespace cw::api
