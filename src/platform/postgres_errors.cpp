#include "platform/postgres_errors.hpp"

#include <fmt/format.h>

#include "core/text.hpp"

namespace cw::platform {
namespace {

struct Meaning {
  std::string_view state;  // a whole code, or the class that codes begin with
  ErrorKind kind;
  std::string_view advice;  // follows the server's words
};

// The first that fits.
constexpr Meaning meanings[] = {
    {"28P01", ErrorKind::unavailable, "check the user in store.url and the password in store.password_file"},
    {"28", ErrorKind::unavailable, "let this user in (pg_hba.conf), or name another in store.url"},
    {"3D000", ErrorKind::unavailable, "create the database, or name another in store.url"},
    {"42501", ErrorKind::unavailable, "grant it, or run this as the database's owner"},
    {"25006", ErrorKind::unavailable, "the database only reads: name the primary server in store.url"},
    {"53100", ErrorKind::exhausted, "the server's disk is full: make room there"},
    {"53200", ErrorKind::exhausted, "the server is out of memory"},
    {"53300", ErrorKind::unavailable, "raise max_connections there, or close other clients"},
    {"57014", ErrorKind::unavailable, "the server is overloaded, or the question too big"},
    {"57P", ErrorKind::unavailable, "the server is stopping or starting"},
    {"08", ErrorKind::unavailable, "check the server and the way to it"},
    {"25P0", ErrorKind::unavailable, "the transaction took too long"},
    {"55P03", ErrorKind::conflict, ""},
    {"40", ErrorKind::conflict, ""},
    {"23", ErrorKind::conflict, ""},
    {"22", ErrorKind::invalid, ""},
    {"54", ErrorKind::invalid, ""},
    {"XX001", ErrorKind::internal, "the database is damaged: restore it from a backup"},
    {"XX002", ErrorKind::internal, "an index is damaged: REINDEX it"},
};

}  // namespace

std::unexpected<Error> postgres_failure(const PostgresFault& fault, std::string_view name) {
  const auto words = printable(trim(fault.message), 300);
  for (const auto& meaning : meanings)
    if (fault.state.starts_with(meaning.state))
      return fail(meaning.kind,
                  fmt::format("{}: {}{}{}", name, words, meaning.advice.empty() ? "" : ": ", meaning.advice));
  return fail(ErrorKind::internal,
              fmt::format("{}: {}{}{}", name, words, fault.state.empty() ? "" : ", SQLSTATE ", fault.state));
}

}  // namespace cw::platform
