#pragma once

// The annotation of a path as JSON text: {"hops":[{"ttl","address","asn","rule","confidence"}], "networks":[{"asn",
// "name","gap"}], "links":[{"from","to","from_ttl","to_ttl"}]}; unknown address and asn are left out. The
// confidence is text, so that it reads back as the same number.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "model/as_path.hpp"

namespace cw::store {

// Equal AS paths have equal texts.
std::string encode_annotation(const AsPath& as_path);

// The text may have been written by anybody: `invalid` when it is not what encode_annotation makes.
Result<AsPath> decode_annotation(std::string_view text);

}  // namespace cw::store
