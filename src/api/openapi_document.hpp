#pragma once

// openapi.yaml as it was when the program was built.

#include <string_view>

namespace cw::api {

std::string_view openapi_document();

}  // namespace cw::api
