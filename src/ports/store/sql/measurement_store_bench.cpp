// How many measurements a second SQLite and PostgreSQL (where CW_TEST_POSTGRES names a server) store, durable, and how
// many bytes each takes, on the server also beside a COPY of the same rows into the same shape of table: traces of 15
// hops to 300 targets, 24 paths each with skewed use (most of them new at first, as on a fresh node), AS paths and
// facts.

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "platform/database_reading.hpp"
#include "platform/postgres_connection.hpp"
#include "platform/temporary_folder.hpp"
#include "ports/store/sample_measurements.hpp"
#include "ports/store/sql/sql_store.hpp"

namespace cw::store {
namespace {

constexpr int hop_count = 15;

IpAddress bench_router(std::uint32_t target, std::uint32_t variant, std::uint32_t ttl) {
  // The first hops are shared by all, the last ones by all variants.
  if (ttl < 4) return IpAddress::v4(0x0a000000u + ttl);
  if (ttl > 12) variant = 0;
  return IpAddress::v4(0x14000000u + target * 4096 + variant * 64 + ttl);
}

void add_hop(NewMeasurement& added, std::uint32_t target, std::uint32_t variant, std::uint8_t ttl, Random& random) {
  const bool last = ttl == hop_count;
  auto& hop = added.measurement.hops.emplace_back();
  hop.ttl = Ttl{ttl};
  hop.sent = 1;
  const Asn asn{64500u + ttl / 4u + (ttl > 7 ? target % 50 : 0)};
  if (ttl == 9) {
    hop.sent = 2;
    added.as_path->hops.push_back({.ttl = hop.ttl});
    return;
  }
  const auto from = last ? added.measurement.address : bench_router(target, variant, ttl);
  auto reply = samples::reply_from(from, std::chrono::microseconds(std::uint64_t{500} * ttl + random.below(3'000)), last ? 0 : 11);
  reply.reply_ttl = static_cast<std::uint8_t>(255 - ttl);
  if (!last) reply.quoted_ttl = 1;
  hop.replies = {reply};
  added.as_path->hops.push_back(
      {.ttl = hop.ttl, .address = from, .asn = asn, .rule = OwnershipRule::origin, .confidence = 0.9});
  added.facts.push_back(samples::facts_of(from, asn, "Network " + std::to_string(asn.value)));
}

NewMeasurement realistic_trace(Random& random, Instant at) {
  const auto target = static_cast<std::uint32_t>(random.below(300));
  const auto variant = static_cast<std::uint32_t>(24 * std::pow(random.unit(), 4));
  NewMeasurement added{.measurement = {.id = Uuid::make_v7(at, random),
                                       .vantage = "home",
                                       .target = "www.example" + std::to_string(target) + ".net",
                                       .address = IpAddress::v4(0x1e000001u + target * 256),
                                       .prober = "native",
                                       .started_at = at,
                                       .finished_at = at + std::chrono::milliseconds(300),
                                       .status = Status::reached,
                                       .stop_reason = StopReason::destination,
                                       .probes_sent = hop_count + 1},
                       .as_path = AsPath{}};
  for (std::uint8_t ttl = 1; ttl <= hop_count; ++ttl) add_hop(added, target, variant, ttl, random);
  for (std::uint32_t i = 0; i < 4; ++i) {
    const auto ttl = static_cast<std::uint8_t>(3 + 4 * i);
    const Asn from{64500u + ttl / 4u + (ttl > 7 ? target % 50 : 0)};
    const Asn to{64500u + (ttl + 1u) / 4u + (ttl + 1 > 7 ? target % 50 : 0)};
    added.as_path->networks.push_back({.asn = from, .name = "Network " + std::to_string(from.value)});
    if (ttl < hop_count && ttl != 9)
      added.as_path->links.push_back(
          {.from = from, .to = to, .from_ttl = Ttl{ttl}, .to_ttl = Ttl{static_cast<std::uint8_t>(ttl + 1)}});
  }
  return added;
}

std::int64_t bytes_of(SqlStore& store) {
  return store.database()
      ->read([](platform::Database& reader) -> Result<std::int64_t> {
        if (reader.dialect() == platform::SqlDialect::postgresql)
          return platform::select_integer(reader,
                                          "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE relkind "
                                          "= 'r' AND relnamespace = 'public'::regnamespace");
        const auto pages = TRY(platform::select_integer(reader, "PRAGMA page_count"));
        return pages * TRY(platform::select_integer(reader, "PRAGMA page_size"));
      })
      .value_or(0);
}

// Rows a second of a bare COPY, the fastest way in, of what was stored.
Result<double> copied_per_second(SqlStore& store, std::int64_t stored) {
  return store.database()->read([&](platform::Database& database) -> Result<double> {
    TRY(database.script("COPY (SELECT * FROM measurements) TO PROGRAM 'cat > copied'"));
    TRY(database.script("CREATE TABLE bare (LIKE measurements INCLUDING ALL EXCLUDING GENERATED)"));
    const auto begun = std::chrono::steady_clock::now();
    TRY(database.script("COPY bare FROM PROGRAM 'cat copied; rm copied'"));
    return static_cast<double>(stored) /
           std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  });
}

void put_into(benchmark::State& state, SqlStore& store) {
  Random random(1);
  auto at = samples::start();
  std::int64_t stored = 0;
  std::vector<NewMeasurement> batch;
  for (auto _ : state) {
    state.PauseTiming();
    batch.clear();
    for (std::int64_t i = 0; i < state.range(0); ++i)
      batch.push_back(realistic_trace(random, at += std::chrono::milliseconds(900)));
    state.ResumeTiming();
    const auto put = store.measurements().put(batch);
    if (!put) {
      state.SkipWithError(put.error().message.c_str());
      return;
    }
    stored += *put;
  }
  state.SetItemsProcessed(stored);
  state.counters["bytes_per_measurement"] =
      static_cast<double>(bytes_of(store)) / static_cast<double>(std::max<std::int64_t>(stored, 1));
  if (store.database()->dialect() == platform::SqlDialect::postgresql)
    state.counters["bare_copy_per_second"] = copied_per_second(store, stored).value_or(0);
}

void put_into_sqlite(benchmark::State& state) {
  const platform::TemporaryFolder folder;
  put_into(state, **SqlStore::open((folder / "bench.db").string()));
}

void put_into_postgres(benchmark::State& state) {
  const char* const url = std::getenv("CW_TEST_POSTGRES");
  if (url == nullptr) {
    state.SkipWithError("no PostgreSQL: run this under tools/servers run");
    return;
  }
  const auto server = *platform::PostgresConnection::open({.url = url});
  if (!server->script("DROP SCHEMA public CASCADE; CREATE SCHEMA public")) return;
  const auto store = *SqlStore::open(url);
  put_into(state, *store);
}

BENCHMARK(put_into_sqlite)->Arg(1)->Iterations(2'000)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(put_into_sqlite)->Arg(100)->Iterations(300)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(put_into_sqlite)->Arg(1'000)->Iterations(100)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(put_into_postgres)->Arg(1)->Iterations(2'000)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(put_into_postgres)->Arg(100)->Iterations(100)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(put_into_postgres)->Arg(1'000)->Iterations(20)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace cw::store

BENCHMARK_MAIN();
