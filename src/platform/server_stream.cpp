#include "platform/server_stream.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include "core/ip_address.hpp"
#include "platform/file_descriptor.hpp"
#include "platform/resolver.hpp"
#include "platform/wire_socket.hpp"

namespace cw::platform {
namespace {

constexpr std::size_t kRead = 16UL << 10;

std::string reason_of(int error) { return std::system_category().message(error); }

std::unexpected<Error> away(std::string message) { return fail(ErrorKind::unavailable, std::move(message)); }

// What OpenSSL noted first, such as "certificate verify failed".
std::string tls_reason() {
  const auto code = ::ERR_get_error();
  ::ERR_clear_error();
  const auto* reason = code == 0 ? nullptr : ::ERR_reason_error_string(code);
  return reason == nullptr ? "the connection was closed" : reason;
}

// Rounded up, so that no wait ends before its instant.
int milliseconds_until(Deadline until) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

Result<std::vector<IpAddress>> addresses_of(const std::string& host) {
  if (const auto address = IpAddress::parse(host)) return std::vector{*address};
  auto resolved = resolve(host, std::nullopt);
  if (!resolved) return away(resolved.error().message);
  return resolved;
}

}  // namespace

// Bytes to and from one socket that never blocks.
class ServerStream::Socket {
 public:
  static Result<Socket> connect(const IpAddress& address, std::uint16_t port, Deadline until) {
    const int family = address.is_v4() ? AF_INET : AF_INET6;
    FileDescriptor descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!descriptor.is_open()) return away(reason_of(errno));
    const auto to = to_socket_address(address, port);
    const int on = 1;
    ::setsockopt(descriptor.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Socket socket(std::move(descriptor));
    if (::connect(socket.descriptor_.get(), reinterpret_cast<const sockaddr*>(&to.storage), to.length) == 0)
      return socket;
    if (errno != EINPROGRESS) return away(reason_of(errno));
    TRY(socket.wait(POLLOUT, until));
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.descriptor_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return away(reason_of(error));
    return socket;
  }

  Result<> write(std::string_view bytes, Deadline until) {
    while (!bytes.empty()) {
      const auto sent = ::send(descriptor_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent >= 0)
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      else if (errno == EAGAIN)
        TRY(wait(POLLOUT, until));
      else if (errno != EINTR)
        return away(reason_of(errno));
    }
    return {};
  }

  Result<std::size_t> read(std::span<char> into, Deadline until) {
    for (;;) {
      const auto received = ::recv(descriptor_.get(), into.data(), into.size(), 0);
      if (received > 0) return static_cast<std::size_t>(received);
      if (received == 0) return away("the connection was closed");
      if (errno == EAGAIN)
        TRY(wait(POLLIN, until));
      else if (errno != EINTR)
        return away(reason_of(errno));
    }
  }

  [[nodiscard]] bool has_something_to_read() const {
    pollfd poll{.fd = descriptor_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&poll, 1, 0) != 0;
  }

 private:
  explicit Socket(FileDescriptor descriptor) : descriptor_(std::move(descriptor)) {}

  Result<> wait(short events, Deadline until) {
    for (;;) {
      pollfd poll{.fd = descriptor_.get(), .events = events, .revents = 0};
      const int left = milliseconds_until(until);
      const int ready = ::poll(&poll, 1, left);
      if (ready > 0) return {};
      if (ready < 0 && errno != EINTR) return away(reason_of(errno));
      if (ready == 0 && left == 0) return away("it does not answer in time");
    }
  }

  FileDescriptor descriptor_;
};

// TLS in memory: OpenSSL makes and reads records, the socket carries them.
class ServerStream::Tls {
 public:
  static Result<std::unique_ptr<Tls>> shake_hands(Socket& socket, const std::string& host, const TlsFiles& files,
                                                  Deadline until) {
    const auto context = TRY(make_context(files));
    std::unique_ptr<Tls> tls(new Tls(::SSL_new(context.get())));
    if (!tls->ssl_ || !tls->expect_host(host)) return away(tls_reason());
    ::SSL_set_connect_state(tls->ssl_.get());
    TRY(tls->run(socket, until, [](SSL* ssl) { return ::SSL_do_handshake(ssl); }));
    return tls;
  }

  Result<> write(Socket& socket, std::string_view bytes, Deadline until) {
    if (bytes.empty()) return {};
    TRY(run(socket, until, [&](SSL* ssl) {
      std::size_t written = 0;  // all of it: memory is never full
      return ::SSL_write_ex(ssl, bytes.data(), bytes.size(), &written);
    }));
    return flush(socket, until);
  }

  Result<std::size_t> read(Socket& socket, std::span<char> into, Deadline until) {
    std::size_t received = 0;
    TRY(run(socket, until, [&](SSL* ssl) { return ::SSL_read_ex(ssl, into.data(), into.size(), &received); }));
    return received;
  }

  // Tickets and the like may come at any time (RFC 8446, section 4.6): they are read, and are no answer.
  bool is_quiet(Socket& socket) {
    while (socket.has_something_to_read())
      if (!receive(socket, Deadline{})) return false;
    char byte = 0;
    std::size_t received = 0;
    const int result = ::SSL_peek_ex(ssl_.get(), &byte, 1, &received);
    const bool wants_more = result <= 0 && ::SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ;
    ::ERR_clear_error();
    return wants_more;
  }

 private:
  using Context = std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)>;

  explicit Tls(SSL* ssl)
      : ssl_(ssl, &::SSL_free), from_server_(::BIO_new(::BIO_s_mem())), to_server_(::BIO_new(::BIO_s_mem())) {
    if (ssl_) ::SSL_set_bio(ssl_.get(), from_server_, to_server_);  // which owns both from now on
  }

  static Result<Context> make_context(const TlsFiles& files) {
    ::ERR_clear_error();
    Context context(::SSL_CTX_new(::TLS_client_method()), &::SSL_CTX_free);
    if (!context) return away(tls_reason());
    auto* const c = context.get();
    ::SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
    ::SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
    const bool trusts = files.ca.empty() ? ::SSL_CTX_set_default_verify_paths(c) == 1
                                         : ::SSL_CTX_load_verify_locations(c, files.ca.c_str(), nullptr) == 1;
    if (!trusts) return away(fmt::format("{} holds no certificate to trust: {}", files.ca, tls_reason()));
    if (files.certificate.empty()) return context;
    if (::SSL_CTX_use_certificate_chain_file(c, files.certificate.c_str()) != 1)
      return away(fmt::format("{} holds no certificate: {}", files.certificate, tls_reason()));
    if (::SSL_CTX_use_PrivateKey_file(c, files.key.c_str(), SSL_FILETYPE_PEM) != 1)
      return away(fmt::format("\"{}\" holds no key of {}: {}", files.key, files.certificate, tls_reason()));
    return context;
  }

  // RFC 9525: the name that the owner wrote is the one that the certificate must hold.
  bool expect_host(const std::string& host) {
    if (IpAddress::parse(host)) return ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl_.get()), host.c_str()) == 1;
    // What SSL_set_tlsext_host_name stands for, without its cast.
    auto* const name = const_cast<char*>(host.c_str());
    return ::SSL_set1_host(ssl_.get(), host.c_str()) == 1 &&
           ::SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name) == 1;
  }

  // Repeats what OpenSSL could not do for want of bytes, with the bytes it wanted.
  template <class Operation>
  Result<> run(Socket& socket, Deadline until, Operation operation) {
    for (;;) {
      ::ERR_clear_error();
      const int result = operation(ssl_.get());
      const int error = result > 0 ? SSL_ERROR_NONE : ::SSL_get_error(ssl_.get(), result);
      const auto flushed = flush(socket, until);
      if (error == SSL_ERROR_NONE) return flushed;
      if (error != SSL_ERROR_WANT_READ) return away(fmt::format("TLS: {}", tls_reason_of(error)));
      if (!flushed) return flushed;
      TRY(receive(socket, until));
    }
  }

  std::string tls_reason_of(int error) {
    const auto verified = ::SSL_get_verify_result(ssl_.get());
    if (error == SSL_ERROR_SSL && verified != X509_V_OK)
      return fmt::format("its certificate is not trusted: {}", ::X509_verify_cert_error_string(verified));
    return tls_reason();
  }

  Result<> flush(Socket& socket, Deadline until) {
    std::array<char, kRead> record{};
    for (;;) {
      const int size = ::BIO_read(to_server_, record.data(), static_cast<int>(record.size()));
      if (size <= 0) return {};
      TRY(socket.write({record.data(), static_cast<std::size_t>(size)}, until));
    }
  }

  Result<> receive(Socket& socket, Deadline until) {
    std::array<char, kRead> record{};
    const auto size = TRY(socket.read(record, until));
    ::BIO_write(from_server_, record.data(), static_cast<int>(size));
    return {};
  }

  std::unique_ptr<SSL, decltype(&::SSL_free)> ssl_;
  BIO* from_server_;
  BIO* to_server_;
};

ServerStream::ServerStream(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
ServerStream::ServerStream(ServerStream&&) noexcept = default;
ServerStream& ServerStream::operator=(ServerStream&&) noexcept = default;
ServerStream::~ServerStream() = default;

Result<ServerStream> ServerStream::open(const ServerAddress& address, Deadline until) {
  const auto where = fmt::format("{} port {}", address.host, address.port);
  const auto candidates = addresses_of(address.host);
  if (!candidates) return std::unexpected(candidates.error());
  Error last{ErrorKind::unavailable, "it has no address"};
  for (std::size_t i = 0; i < candidates->size(); ++i) {
    // Each has its share of the time, so that one that is silent leaves some to the next.
    const auto now = std::chrono::steady_clock::now();
    const auto share = now + (until - now) / static_cast<std::int64_t>(candidates->size() - i);
    auto socket = Socket::connect((*candidates)[i], address.port, share);
    if (!socket) {
      last = std::move(socket).error();
      continue;
    }
    ServerStream stream(std::make_unique<Socket>(*std::move(socket)));
    if (!address.tls) return stream;
    auto tls = Tls::shake_hands(*stream.socket_, address.host, *address.tls, until);
    if (!tls) return fail(where, std::move(tls).error());
    stream.tls_ = *std::move(tls);
    return stream;
  }
  return fail(where, std::move(last));
}

Result<> ServerStream::write(std::string_view bytes, Deadline until) {
  return tls_ ? tls_->write(*socket_, bytes, until) : socket_->write(bytes, until);
}

Result<std::size_t> ServerStream::read(std::span<char> into, Deadline until) {
  return tls_ ? tls_->read(*socket_, into, until) : socket_->read(into, until);
}

bool ServerStream::is_quiet() { return tls_ ? tls_->is_quiet(*socket_) : !socket_->has_something_to_read(); }

}  // namespace cw::platform
