#include "ports/store/sql/write_locks.hpp"

#include <set>

namespace cw::store {
namespace {

constexpr std::int64_t first_address_key = 0x6377'0100;
constexpr std::size_t address_keys = 256;

std::int64_t key_of(const IpAddress& address) {
  std::size_t sum = 0;
  for (const auto byte : address.bytes()) sum = sum * 31 + byte;
  return first_address_key + static_cast<std::int64_t>(sum % address_keys);
}

}  // namespace

Result<> lock_for_write(platform::Database& database, WriteLock lock) {
  const std::int64_t key[] = {static_cast<std::int64_t>(lock)};
  return database.lock(key);
}

Result<> lock_addresses(platform::Database& database, const std::vector<NewMeasurement>& batch) {
  std::set<std::int64_t> keys;
  for (const auto& added : batch) keys.insert(key_of(added.measurement.address));
  if (keys.empty()) return {};
  return database.lock(std::vector<std::int64_t>(keys.begin(), keys.end()));
}

}  // namespace cw::store
