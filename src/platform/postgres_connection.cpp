#include "platform/postgres_connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "core/text.hpp"
#include "platform/postgres_errors.hpp"
#include "platform/postgres_parameters.hpp"
#include "platform/postgres_row.hpp"
#include "platform/postgres_values.hpp"

namespace cw::platform {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int oldest_server = 150'000;
constexpr std::chrono::hours longest_migration{6};
constexpr milliseconds first_pause{50};
constexpr milliseconds longest_pause{3'000};
// The server says first that it gives up; only where it does not, we do.
constexpr milliseconds grace{3'000};

// How the server says things in our sessions, whatever its configuration has. A client that is stopped in a
// transaction does not keep others from their rows for longer than the last setting.
constexpr std::string_view session_settings =
    "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET bytea_output = 'hex'; SET client_min_messages = warning; "
    "SET idle_in_transaction_session_timeout = '60s'; SET statement_timeout = {}";

PostgresFault fault_of(const PGresult* result) {
  const auto* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const auto* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return {state == nullptr ? "" : state, message == nullptr ? PQresultErrorMessage(result) : message};
}

// What the URL says, by libpq's keywords.
Result<std::map<std::string, std::string>> words_of_url(const std::string& url) {
  char* complaint = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(url.c_str(), &complaint),
                                                                             PQconninfoFree);
  PQfreemem(complaint);  // it may quote the password
  if (options == nullptr)
    return fail(ErrorKind::invalid, "the URL of the store cannot be read: write postgresql://USER@HOST:5432/DATABASE");
  std::map<std::string, std::string> words;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr && *option->val != '\0') words.emplace(option->keyword, option->val);
  return words;
}

// The rest are hints, or the same again for each way that was tried.
std::string first_line(std::string_view words) { return std::string(trim(words.substr(0, words.find('\n')))); }

// libpq gives the code of a refused connection only as words.
std::string_view state_of_refusal(std::string_view words) {
  if (words.find("password") != std::string_view::npos) return "28P01";
  if (words.find("does not exist") != std::string_view::npos)
    return words.find("database") != std::string_view::npos ? "3D000" : "28000";
  if (words.find("pg_hba.conf") != std::string_view::npos) return "28000";
  if (words.find("too many clients") != std::string_view::npos) return "53300";
  return "08006";
}

bool is_error(const PGresult* result) {
  const auto status = PQresultStatus(result);
  return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY;
}

}  // namespace

void PostgresConnection::Disconnect::operator()(pg_conn* connection) const { PQfinish(connection); }
void PostgresConnection::Clear::operator()(pg_result* result) const { PQclear(result); }

Result<std::string> postgres_name(const std::string& url) {
  const auto words = TRY(words_of_url(url));
  const auto word = [&](const std::string& keyword) {
    const auto found = words.find(keyword);
    return found == words.end() ? "" : found->second;
  };
  const auto host = word("host"), port = word("port");
  return fmt::format("postgresql://{}{}{}/{}", host.empty() ? "localhost" : host, port.empty() ? "" : ":", port,
                     word("dbname"));
}

Result<bool> has_password(const std::string& url) { return TRY(words_of_url(url)).contains("password"); }

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open(PostgresOptions options) {
  auto opened = TRY(open_later(std::move(options)));
  TRY(opened->connect());
  return opened;
}

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::open_later(PostgresOptions options) {
  auto name = TRY(postgres_name(options.url));
  return std::unique_ptr<PostgresConnection>(new PostgresConnection(std::move(options), std::move(name)));
}

PostgresConnection::PostgresConnection(PostgresOptions options, std::string name)
    : options_(std::move(options)), name_(std::move(name)), pace_(first_pause, longest_pause, options_.seed) {}

PostgresConnection::~PostgresConnection() = default;

Result<> PostgresConnection::connect() {
  disconnect();
  // The last, where it is empty, ends the list.
  const char* const keywords[] = {"dbname", "client_encoding", "fallback_application_name",
                                  options_.password.empty() ? nullptr : "password", nullptr};
  const char* const values[] = {options_.url.c_str(), "UTF8", "cyberwatch", options_.password.c_str(), nullptr};
  connection_.reset(PQconnectStartParams(keywords, values, 1));
  if (connection_ == nullptr) return fail(ErrorKind::exhausted, fmt::format("no memory left for {}", name_));
  const auto until = steady_clock::now() + options_.connect_timeout;
  auto progress = PGRES_POLLING_WRITING;  // as PQconnectPoll wants to be begun
  while (progress != PGRES_POLLING_OK && progress != PGRES_POLLING_FAILED &&
         PQstatus(connection_.get()) != CONNECTION_BAD) {
    TRY(wait_for(progress == PGRES_POLLING_READING ? POLLIN : POLLOUT, until));
    progress = PQconnectPoll(connection_.get());
  }
  if (progress != PGRES_POLLING_OK) {
    const auto words = first_line(PQerrorMessage(connection_.get()));
    disconnect();
    return postgres_failure({state_of_refusal(words), words}, name_);
  }
  if (auto ready = set_up_session(); !ready) {
    disconnect();
    return ready;
  }
  return {};
}

Result<> PostgresConnection::set_up_session() {
  const auto version = PQserverVersion(connection_.get());
  if (version < oldest_server)
    return fail(ErrorKind::unsupported,
                fmt::format("{} is PostgreSQL {}: cyberwatch needs 15 or later", name_, version / 10'000));
  PQsetNoticeProcessor(connection_.get(), [](void*, const char*) {}, nullptr);
  PQsetnonblocking(connection_.get(), 1);
  TRY(run(fmt::format(fmt::runtime(session_settings), options_.answer_timeout.count())));
  return take_session_lock();
}

Result<> PostgresConnection::take_session_lock() {
  if (!options_.session_lock) return {};
  const auto answer = TRY(run(fmt::format("SELECT pg_try_advisory_lock({})", *options_.session_lock)));
  if (PostgresRow(answer.get(), 0).integer(0) == 1) return {};
  return fail(ErrorKind::conflict, options_.held_by_other);
}

void PostgresConnection::disconnect() {
  connection_.reset();
  went_away_ = false;
  statements_.clear();
}

// A server that has gone away has left its farewell, or the end of the stream, to be read.
bool PostgresConnection::is_gone() const {
  if (connection_ == nullptr || PQstatus(connection_.get()) == CONNECTION_BAD) return true;
  pollfd waiting{.fd = PQsocket(connection_.get()), .events = POLLIN, .revents = 0};
  while (::poll(&waiting, 1, 0) > 0)
    if (PQconsumeInput(connection_.get()) == 0 || PQstatus(connection_.get()) == CONNECTION_BAD) return true;
  return false;
}

Result<> PostgresConnection::be_connected() {
  if (in_transaction_) {
    if (connection_ == nullptr) return lost();
    return {};
  }
  if (!is_gone()) return {};
  const auto now = steady_clock::now();
  if (!pace_.may_try(now)) return std::unexpected(refusal_);
  auto connected = connect();
  if (connected) {
    pace_.succeeded();
  } else {
    refusal_ = connected.error();
    pace_.failed(steady_clock::now());
  }
  return connected;
}

PostgresConnection::Deadline PostgresConnection::deadline() const {
  return steady_clock::now() + (patient_ ? milliseconds(longest_migration) : options_.answer_timeout + grace);
}

Result<> PostgresConnection::wait_for(short events, Deadline deadline) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) return silent();
    pollfd waiting{.fd = PQsocket(connection_.get()), .events = events, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return lost();
  }
}

std::unexpected<Error> PostgresConnection::lost() {
  const auto words = first_line(connection_ == nullptr ? "the connection was lost" : PQerrorMessage(connection_.get()));
  disconnect();
  went_away_ = true;
  return postgres_failure({"08006", words}, name_);
}

std::unexpected<Error> PostgresConnection::silent() {
  disconnect();
  return fail(ErrorKind::unavailable, fmt::format("{} does not answer: check that server and the way to it", name_));
}

Result<> PostgresConnection::send(int sent) {
  if (sent == 0) return lost();
  const auto until = deadline();
  while (true) {
    const int left = PQflush(connection_.get());
    if (left == 0) return {};
    if (left < 0) return lost();
    TRY(wait_for(POLLIN | POLLOUT, until));
    if (PQconsumeInput(connection_.get()) == 0) return lost();
  }
}

// Nothing at the end of a statement's answers.
Result<PostgresConnection::Answer> PostgresConnection::next_answer(Deadline until) {
  while (PQisBusy(connection_.get()) != 0) {
    TRY(wait_for(POLLIN, until));
    if (PQconsumeInput(connection_.get()) == 0) return lost();
  }
  return Answer(PQgetResult(connection_.get()));
}

Result<PostgresConnection::Answer> PostgresConnection::receive() {
  const auto until = deadline();
  Answer kept;
  while (auto next = TRY(next_answer(until)))
    if (kept == nullptr || !is_error(kept.get())) kept = std::move(next);
  if (kept == nullptr) return lost();
  if (!is_error(kept.get())) return kept;
  auto failure = postgres_failure(fault_of(kept.get()), name_);
  if (PQstatus(connection_.get()) == CONNECTION_BAD) {
    disconnect();
    went_away_ = true;
    failure.error().kind = ErrorKind::unavailable;
  }
  return failure;
}

Result<PostgresConnection::Answer> PostgresConnection::run(std::string_view sql) {
  TRY(send(PQsendQuery(connection_.get(), std::string(sql).c_str())));
  return receive();
}

Result<const PostgresConnection::Statement*> PostgresConnection::prepared(std::string_view sql) {
  if (const auto known = statements_.find(sql); known != statements_.end()) return &known->second;
  const auto name = fmt::format("s{}", ++statements_made_);
  TRY(send(PQsendPrepare(connection_.get(), name.c_str(), std::string(sql).c_str(), 0, nullptr)));
  TRY(receive());
  auto types = TRY(parameter_types(name));
  return &statements_.emplace(std::string(sql), Statement{name, std::move(types)}).first->second;
}

Result<std::vector<std::uint32_t>> PostgresConnection::parameter_types(const std::string& statement) {
  TRY(send(PQsendDescribePrepared(connection_.get(), statement.c_str())));
  const auto description = TRY(receive());
  std::vector<std::uint32_t> types;
  for (int i = 0; i < PQnparams(description.get()); ++i) types.push_back(PQparamtype(description.get(), i));
  return types;
}

Result<PostgresConnection::Answer> PostgresConnection::run_prepared(std::string_view sql, SqlValues values) {
  TRY(be_connected());
  const auto* const statement = TRY(prepared(sql));
  const int sent = TRY(put_values(*statement, values, sql));
  TRY(send(sent));
  return receive();
}

Result<int> PostgresConnection::put_values(const Statement& statement, SqlValues values, std::string_view sql) {
  if (statement.parameter_types.size() != values.size())
    return fail(ErrorKind::internal, fmt::format("{}: {} values given for: {}", name_, values.size(), sql));
  PostgresParameters bound;
  for (std::size_t i = 0; i < values.size(); ++i) TRY(bound.add(values[i], statement.parameter_types[i]));
  return PQsendQueryPrepared(connection_.get(), statement.name.c_str(), static_cast<int>(values.size()), bound.values(),
                             bound.lengths(), bound.formats(), 0);
}

// The server answers while we still send; `send` takes in what it says, so neither waits for the other for ever.
Result<> PostgresConnection::put_all(const Statement& statement, const SqlBatch& batch, std::string_view sql,
                                     std::size_t& put) {
  constexpr std::size_t at_once = 100;
  for (; put < batch.size(); ++put) {
    const int sent = TRY(put_values(statement, batch[put], sql));
    if (sent == 0) return lost();
    if (put % at_once == at_once - 1) TRY(send(sent));
  }
  return {};
}

Result<std::int64_t> PostgresConnection::execute_all(std::string_view sql, const SqlBatch& batch) {
  if (batch.size() == 0) return 0;
  TRY(be_connected());
  const auto* const statement = TRY(prepared(sql));
  if (PQenterPipelineMode(connection_.get()) == 0) return lost();
  std::size_t put = 0;
  const auto sending = put_all(*statement, batch, sql, put);
  if (connection_ == nullptr) return std::unexpected(sending.error());
  TRY(send(PQpipelineSync(connection_.get())));
  auto changed = receive_pipelined(put);
  if (connection_ != nullptr) PQexitPipelineMode(connection_.get());
  if (!sending) return std::unexpected(sending.error());
  return changed;
}

Result<std::int64_t> PostgresConnection::receive_pipelined(std::size_t statements) {
  const auto until = deadline();
  std::int64_t changed = 0;
  std::optional<Error> first_error;
  for (std::size_t i = 0; i < statements; ++i) {
    const auto answer = TRY(next_answer(until));
    if (answer == nullptr) return lost();
    if (is_error(answer.get()) && !first_error) first_error = postgres_failure(fault_of(answer.get()), name_).error();
    changed += parse_number<std::int64_t>(PQcmdTuples(answer.get())).value_or(0);
    TRY(next_answer(until));  // nothing: the end of this statement's answers
  }
  TRY(next_answer(until));  // the end of the pipeline
  if (!first_error) return changed;
  if (PQstatus(connection_.get()) == CONNECTION_BAD) disconnect();
  return std::unexpected(*std::move(first_error));
}

Result<std::int64_t> PostgresConnection::execute(std::string_view sql, SqlValues values) {
  const auto answer = TRY(run_prepared(sql, values));
  if (std::string_view(PQcmdStatus(answer.get())).starts_with("SELECT")) return 0;
  return parse_number<std::int64_t>(PQcmdTuples(answer.get())).value_or(0);
}

Result<> PostgresConnection::query(std::string_view sql, SqlValues values, const RowHandler& on_row) {
  auto answered = run_prepared(sql, values);
  if (!answered && may_try_again()) answered = run_prepared(sql, values);
  const auto answer = TRY(std::move(answered));
  for (int i = 0; i < PQntuples(answer.get()); ++i) TRY(on_row(PostgresRow(answer.get(), i)));
  return {};
}

Result<> PostgresConnection::script(std::string_view sql) {
  TRY(be_connected());
  if (in_transaction_) {
    patient_ = true;
    TRY(run("SET LOCAL statement_timeout = 0"));
  }
  TRY(run(sql));
  return {};
}

Result<> PostgresConnection::begin() {
  TRY(be_connected());
  auto begun = run("BEGIN");
  if (!begun && may_try_again()) {
    TRY(be_connected());
    begun = run("BEGIN");
  }
  if (!begun) return std::unexpected(std::move(begun).error());
  in_transaction_ = true;
  return {};
}

// A transaction in which something failed is rolled back by COMMIT, which then says so and no more.
Result<> PostgresConnection::commit() {
  TRY(be_connected());
  const auto answer = TRY(run("COMMIT"));
  in_transaction_ = patient_ = false;
  if (std::string_view(PQcmdStatus(answer.get())) != "COMMIT")
    return fail(ErrorKind::internal, fmt::format("{}: a transaction that had failed was to be committed", name_));
  return {};
}

void PostgresConnection::rollback() {
  in_transaction_ = patient_ = false;
  if (connection_ == nullptr || PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
  if (const auto ended = run("ROLLBACK"); !ended) disconnect();
}

Result<> PostgresConnection::lock(std::span<const std::int64_t> keys) {
  std::string list;
  for (const auto key : keys) list += fmt::format("{}{}", list.empty() ? "" : ",", key);
  // In one order everywhere, so that nobody waits for somebody who waits for them.
  TRY(execute(
      "SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT key FROM unnest($1::bigint[]) AS k (key) ORDER BY key) "
      "AS sorted",
      {fmt::format("[{}]", list)}));
  return {};
}

Result<bool> PostgresConnection::has_table(std::string_view table) {
  bool found = false;
  TRY(Database::query("SELECT to_regclass($1::text) IS NOT NULL", {table}, [&](const SqlRow& row) -> Result<> {
    found = row.integer(0) == 1;
    return {};
  }));
  return found;
}

std::vector<std::string> PostgresConnection::statements() const {
  std::vector<std::string> texts;
  for (const auto& [sql, statement] : statements_) texts.push_back(sql);
  return texts;
}

}  // namespace cw::platform
