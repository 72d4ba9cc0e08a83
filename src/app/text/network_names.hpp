#pragma once

// Who an address belongs to, as a hop line says it.

#include <functional>
#include <string>
#include <string_view>

#include "model/address_facts.hpp"

namespace cw::app {

// Asked once for each address that is shown. Empty where nothing can be known (no table).
using FactsOf = std::function<AddressFacts(const IpAddress&)>;

// "AS64500 Example Net", "Private-Use", or nothing. Names are cut to `most` columns.
std::string network_name(const AddressFacts& facts, std::size_t most = 32);

}  // namespace cw::app
