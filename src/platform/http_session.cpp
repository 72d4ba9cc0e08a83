#include "platform/http_session.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/text.hpp"

namespace cw::platform {
namespace {

struct CloseHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, FreeList>;

// What comes back of one request, with its bound.
struct Receiver {
  HttpReply reply;
  std::size_t most_bytes = 0;
  bool too_long = false;
};

std::size_t on_body(char* bytes, std::size_t /*one*/, std::size_t count, void* user) {
  auto& receiver = *static_cast<Receiver*>(user);
  if (count > receiver.most_bytes - receiver.reply.body.size()) {
    receiver.too_long = true;
    return 0;
  }
  receiver.reply.body.append(bytes, count);
  return count;
}

std::size_t on_header(char* bytes, std::size_t /*one*/, std::size_t count, void* user) {
  const std::string_view line(bytes, count);
  auto& headers = static_cast<Receiver*>(user)->reply.headers;
  // A status line begins the head of another answer, such as after "100 Continue".
  if (line.starts_with("HTTP/")) headers.clear();
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return count;
  std::string name(line.substr(0, colon));
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  headers.insert_or_assign(std::move(name), std::string(trim(line.substr(colon + 1))));
  return count;
}

bool start_library() {
  static const bool started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return started;
}

Headers header_list(const std::map<std::string, std::string, std::less<>>& headers) {
  // "Expect" is taken away: a large body would wait a second for servers that do not know it (RFC 9110, 10.1.1).
  Headers list(curl_slist_append(nullptr, "Expect:"));
  for (const auto& [name, value] : headers) {
    auto* const longer = curl_slist_append(list.get(), fmt::format("{}: {}", name, value).c_str());
    if (longer == nullptr) return nullptr;
    std::ignore = list.release();
    list.reset(longer);
  }
  return list;
}

std::unexpected<Error> failed(CURLcode code, const std::string& url, std::string_view details) {
  const auto said = printable(details.empty() ? std::string_view(curl_easy_strerror(code)) : details);
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return fail(ErrorKind::invalid, fmt::format("\"{}\" is no http or https URL: {}", printable(url), said));
    case CURLE_SSL_CACERT_BADFILE:
      return fail(ErrorKind::invalid, fmt::format("the file of trusted authorities cannot be read: {}", said));
    case CURLE_PEER_FAILED_VERIFICATION:
      return fail(ErrorKind::unavailable,
                  fmt::format("{} shows a certificate that is not to be trusted: {}", printable(url), said));
    default:
      return fail(ErrorKind::unavailable, fmt::format("no answer from {}: {}", printable(url), said));
  }
}

}  // namespace

struct HttpSession::Connection {
  HttpSessionOptions options;
  std::unique_ptr<CURL, CloseHandle> handle;
  std::array<char, CURL_ERROR_SIZE> details{};

  template <class Value>
  void set(CURLoption option, Value value) {
    // An option that this library lacks would be a fault of the build: Debian 12 has all that are used here.
    curl_easy_setopt(handle.get(), option, value);
  }

  void configure() {
    set(CURLOPT_ERRORBUFFER, details.data());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options.connect_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
    set(CURLOPT_WRITEFUNCTION, &on_body);
    set(CURLOPT_HEADERFUNCTION, &on_header);
    if (options.user.empty()) return;
    set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(CURLOPT_USERNAME, options.user.c_str());
    set(CURLOPT_PASSWORD, options.password.c_str());
  }
};

HttpSession::HttpSession(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
HttpSession::HttpSession(HttpSession&&) noexcept = default;
HttpSession& HttpSession::operator=(HttpSession&&) noexcept = default;
HttpSession::~HttpSession() = default;

Result<HttpSession> HttpSession::open(HttpSessionOptions options) {
  auto connection = std::make_unique<Connection>();
  connection->options = std::move(options);
  if (start_library()) connection->handle.reset(curl_easy_init());
  if (connection->handle == nullptr) return fail(ErrorKind::unavailable, "libcurl cannot be started");
  connection->configure();
  return HttpSession(std::move(connection));
}

Result<HttpReply> HttpSession::post(const std::string& url, std::string_view body,
                                    const std::map<std::string, std::string, std::less<>>& headers) {
  auto& connection = *connection_;
  const auto list = header_list(headers);
  if (list == nullptr) return fail(ErrorKind::exhausted, "no memory for a request");
  Receiver receiver{.reply = {}, .most_bytes = connection.options.most_reply_bytes};
  connection.details[0] = '\0';
  connection.set(CURLOPT_URL, url.c_str());
  connection.set(CURLOPT_HTTPHEADER, list.get());
  connection.set(CURLOPT_POST, 1L);
  connection.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  connection.set(CURLOPT_POSTFIELDS, body.data());
  connection.set(CURLOPT_WRITEDATA, &receiver);
  connection.set(CURLOPT_HEADERDATA, &receiver);
  const auto code = curl_easy_perform(connection.handle.get());
  if (receiver.too_long)
    return fail(ErrorKind::exhausted, fmt::format("the answer from {} is longer than {} bytes", printable(url),
                                                  connection.options.most_reply_bytes));
  if (code != CURLE_OK) return failed(code, url, connection.details.data());
  long status = 0;
  curl_easy_getinfo(connection.handle.get(), CURLINFO_RESPONSE_CODE, &status);
  receiver.reply.status = static_cast<int>(status);
  return std::move(receiver.reply);
}

}  // namespace cw::platform
