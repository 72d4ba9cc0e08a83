#include "ports/store/sql/network_sightings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "platform/database_reading.hpp"

namespace cw::store {
namespace {

using platform::Database;
using platform::SqlRow;

// Unknown is null in the database and empty in the model.
std::optional<std::string_view> known(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string_view>(text);
}

std::optional<std::int64_t> rtt_us_at(const Measurement& measurement, Ttl ttl) {
  for (const auto& hop : measurement.hops)
    if (const auto* answer = hop.answer(); hop.ttl == ttl && answer != nullptr)
      return std::chrono::round<std::chrono::microseconds>(answer->rtt).count();
  return std::nullopt;
}

// 1. Undated facts never replace dated ones, and older ones never newer ones.
// 2. Facts that say the same are not written again.
constexpr std::string_view upsert_facts =
    "INSERT INTO address_facts (address, prefix, asn, as_name, org_name, country_code, ixp, special, source, as_of) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (address) DO UPDATE SET prefix = excluded.prefix, "
    "asn = excluded.asn, as_name = excluded.as_name, org_name = excluded.org_name, country_code = "
    "excluded.country_code, ixp = excluded.ixp, special = excluded.special, source = excluded.source, as_of = "
    "excluded.as_of WHERE (address_facts.as_of IS NULL OR excluded.as_of >= address_facts.as_of) AND "
    "(address_facts.prefix IS DISTINCT FROM excluded.prefix OR address_facts.asn IS DISTINCT FROM excluded.asn OR "
    "address_facts.as_name IS DISTINCT FROM excluded.as_name OR address_facts.org_name IS DISTINCT FROM "
    "excluded.org_name OR address_facts.country_code IS DISTINCT FROM excluded.country_code OR address_facts.ixp IS "
    "DISTINCT FROM excluded.ixp OR address_facts.special IS DISTINCT FROM excluded.special OR address_facts.source "
    "<> excluded.source OR address_facts.as_of IS DISTINCT FROM excluded.as_of)";

void add_facts(platform::SqlBatch& batch, const AddressFacts& facts) {
  std::optional<std::string> prefix;
  if (facts.prefix) prefix = facts.prefix->to_string();
  std::optional<std::int64_t> asn;
  if (facts.asn) asn = facts.asn->value;
  std::optional<std::string> as_of;
  if (facts.as_of) as_of = format_rfc3339(*facts.as_of);
  batch.add({facts.address.to_string(), prefix, asn, known(facts.as_name), known(facts.org_name),
             known(facts.country_code), known(facts.ixp), known(facts.special), facts.source, as_of});
}

Result<AddressFacts> read_columns(const SqlRow& row) {
  AddressFacts facts;
  facts.address = TRY(platform::address_column(row, 0));
  if (!row.is_null(1)) facts.prefix = TRY(Prefix::parse(row.text(1)));
  facts.asn = TRY(platform::optional_column(row, 2, platform::asn_column));
  facts.as_name = row.text(3);
  facts.org_name = row.text(4);
  facts.country_code = row.text(5);
  facts.ixp = row.text(6);
  facts.special = row.text(7);
  facts.source = row.text(8);
  facts.as_of = TRY(platform::optional_column(row, 9, platform::instant_column));
  return facts;
}

Result<AddressFacts> read_facts(const SqlRow& row) {
  auto facts = read_columns(row);
  if (!facts) return platform::unreadable(fmt::format("the facts of {}", row.text(0)), facts.error());
  return facts;
}

}  // namespace

void NetworkSightings::widen(Seen& seen, Instant instant) {
  seen.first = std::min(seen.first, instant);
  seen.last = std::max(seen.last, instant);
}

void NetworkSightings::add(const NewMeasurement& added) {
  const auto instant = added.measurement.started_at;
  for (const auto& facts : added.facts) {
    facts_.insert_or_assign(facts.address, facts);
    if (!facts.asn) continue;
    auto& network = networks_.try_emplace(*facts.asn, NetworkSeen{.seen = {instant, instant}}).first->second;
    widen(network.seen, instant);
    if (!facts.as_name.empty()) network.as_name = facts.as_name;
    if (!facts.org_name.empty()) network.org_name = facts.org_name;
  }
  if (added.as_path) add_links(added.measurement, *added.as_path);
}

void NetworkSightings::add_links(const Measurement& measurement, const AsPath& as_path) {
  const auto instant = measurement.started_at;
  for (const auto& link : as_path.links) {
    auto& entry = links_.try_emplace({link.from, link.to}, LinkSeen{.seen = {instant, instant}}).first->second;
    widen(entry.seen, instant);
    ++entry.count;
    const auto rtt_us = rtt_us_at(measurement, link.to_ttl);
    if (!rtt_us) continue;
    entry.min_rtt_us = std::min(entry.min_rtt_us.value_or(*rtt_us), *rtt_us);
    entry.max_rtt_us = std::max(entry.max_rtt_us.value_or(*rtt_us), *rtt_us);
  }
}

Result<> NetworkSightings::write(Database& database) const {
  constexpr std::string_view upsert_network =
      "INSERT INTO asns (asn, as_name, org_name, first_seen, last_seen) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (asn) "
      "DO UPDATE SET as_name = coalesce(excluded.as_name, asns.as_name), org_name = coalesce(excluded.org_name, "
      "asns.org_name), first_seen = CASE WHEN excluded.first_seen < asns.first_seen THEN excluded.first_seen ELSE "
      "asns.first_seen END, last_seen = CASE WHEN excluded.last_seen > asns.last_seen THEN excluded.last_seen ELSE "
      "asns.last_seen END";
  constexpr std::string_view upsert_link =
      "INSERT INTO as_links (from_asn, to_asn, observed_count, first_seen, last_seen, min_rtt_us, max_rtt_us) VALUES "
      "($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (from_asn, to_asn) DO UPDATE SET observed_count = "
      "as_links.observed_count + excluded.observed_count, first_seen = CASE WHEN excluded.first_seen < "
      "as_links.first_seen THEN excluded.first_seen ELSE as_links.first_seen END, last_seen = CASE WHEN "
      "excluded.last_seen > as_links.last_seen THEN excluded.last_seen ELSE as_links.last_seen END, min_rtt_us = CASE "
      "WHEN as_links.min_rtt_us IS NULL OR excluded.min_rtt_us < as_links.min_rtt_us THEN excluded.min_rtt_us ELSE "
      "as_links.min_rtt_us END, max_rtt_us = CASE WHEN as_links.max_rtt_us IS NULL OR excluded.max_rtt_us > "
      "as_links.max_rtt_us THEN excluded.max_rtt_us ELSE as_links.max_rtt_us END";
  platform::SqlBatch facts, networks, links;
  for (const auto& [address, known_facts] : facts_) add_facts(facts, known_facts);
  for (const auto& [asn, network] : networks_)
    networks.add({asn.value, known(network.as_name), known(network.org_name), format_rfc3339(network.seen.first),
                  format_rfc3339(network.seen.last)});
  for (const auto& [ends, link] : links_)
    links.add({ends.first.value, ends.second.value, link.count, format_rfc3339(link.seen.first),
               format_rfc3339(link.seen.last), link.min_rtt_us, link.max_rtt_us});
  TRY(database.execute_all(upsert_facts, facts));
  TRY(database.execute_all(upsert_network, networks));
  TRY(database.execute_all(upsert_link, links));
  return {};
}

Result<std::vector<AddressFacts>> find_facts(Database& database, const std::vector<IpAddress>& addresses) {
  constexpr std::string_view sql =
      "SELECT address, prefix, asn, as_name, org_name, country_code, ixp, special, source, as_of FROM address_facts "
      "WHERE address = $1";
  std::vector<AddressFacts> found;
  for (const auto& address : addresses) {
    auto facts = TRY(platform::select_one(database, sql, {address.to_string()}, read_facts));
    if (facts) found.push_back(*std::move(facts));
  }
  return found;
}

}  // namespace cw::store
