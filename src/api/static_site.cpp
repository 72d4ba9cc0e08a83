#include "api/static_site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <utility>

namespace cw::api {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} * 1024 * 1024;
constexpr std::string_view kPage = "/index.html";

// Only what the node itself serves; nobody may frame it.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";

constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".webmanifest", "application/manifest+json"},
    {".txt", "text/plain; charset=utf-8"},
    {".webp", "image/webp"},
    {".wasm", "application/wasm"},
}};

std::string_view type_of(const std::filesystem::path& file) {
  const auto extension = file.extension().string();
  const auto* found = std::ranges::find(kTypes, extension, &std::pair<std::string_view, std::string_view>::first);
  return found == kTypes.end() ? std::string_view("application/octet-stream") : found->second;
}

// The page builder puts what it names by hash under assets/.
bool is_named_by_hash(std::string_view path) { return path.starts_with("/assets/"); }

bool names_a_file(std::string_view path) {
  return path.substr(path.find_last_of('/') + 1).find('.') != std::string_view::npos;
}

platform::HttpResponse plain(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
          .body = std::move(body),
          .on_stream = nullptr};
}

}  // namespace

// FNV-1a, 64 bits: it tells versions of one page apart, and is no defence.
std::string entity_tag(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return fmt::format("\"{:016x}\"", hash);
}

Result<StaticSite> StaticSite::load(const std::filesystem::path& folder) {
  StaticSite site;
  std::size_t bytes = 0;
  std::error_code error;
  for (auto entry = std::filesystem::recursive_directory_iterator(folder, error);
       !error && entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
    if (!entry->is_regular_file(error)) continue;
    std::ifstream in(entry->path(), std::ios::binary);
    File file{.body = {std::istreambuf_iterator<char>(in), {}}, .type = type_of(entry->path())};
    bytes += file.body.size();
    if (bytes > kMostBytes)
      return fail(ErrorKind::exhausted,
                  fmt::format("{} holds more than a page does: name its own folder", folder.string()));
    auto path = "/" + entry->path().lexically_relative(folder).generic_string();
    file.etag = entity_tag(file.body);
    file.immutable = is_named_by_hash(path);
    site.files_.emplace(std::move(path), std::move(file));
  }
  if (error || !site.files_.contains(kPage))
    return fail(ErrorKind::not_found, fmt::format("{} holds no built page", folder.string()));
  return site;
}

platform::HttpResponse StaticSite::response_of(const File& file) {
  return {.status = 200,
          .headers = {{"Content-Type", std::string(file.type)},
                      {"ETag", file.etag},
                      {"Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache"},
                      {"Content-Security-Policy", std::string(kContentSecurityPolicy)}},
          .body = file.body,
          .on_stream = nullptr};
}

platform::HttpResponse StaticSite::get(std::string_view path) const {
  if (files_.empty())
    return plain(404,
                 "The page is not built here. Run script/build (it needs Node.js) and start the node again.\n"
                 "The API works without it: /api/v1/openapi.yaml describes it.\n");
  if (const auto file = files_.find(path); file != files_.end()) return response_of(file->second);
  if (names_a_file(path)) return plain(404, "There is no such file.\n");
  return response_of(files_.find(kPage)->second);
}

}  // namespace cw::api
