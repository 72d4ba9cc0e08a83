#pragma once

// The JSON contract of a look-up: one line of `cyberwatch lookup ADDRESS --json`. What is not known is null.

#include <string>

#include "model/address_facts.hpp"

namespace cw::formats {

// One object without a line break.
std::string to_json(const AddressFacts& facts);

}  // namespace cw::formats
