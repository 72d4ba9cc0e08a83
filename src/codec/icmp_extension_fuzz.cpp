// Any bytes as an extension structure. What is accepted is written again and reads back the same; label stacks
// survive being taken apart and put together.

#include "codec/icmp_extension.hpp"

#include <vector>

#include "codec/fuzz_property.hpp"

using namespace cw::codec;

namespace {

void require_same(const std::vector<IcmpExtensionObject>& a, const std::vector<IcmpExtensionObject>& b) {
  require(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    require(a[i].class_number == b[i].class_number && a[i].class_type == b[i].class_type && a[i].body == b[i].body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto objects = parse_icmp_extensions(Bytes(data, size));
  if (!objects) return 0;
  std::size_t body_bytes = 0;
  for (const auto& object : *objects) body_bytes += object.body.size();
  require(body_bytes + 4 * objects->size() + 4 == size);

  std::vector<std::uint8_t> buffer(size);
  ByteWriter out(buffer);
  write_icmp_extensions(out, *objects);
  require(out.size() == size && (buffer[2] != 0 || buffer[3] != 0));
  const auto again = parse_icmp_extensions(buffer);
  require(again.has_value());
  require_same(*objects, *again);

  const auto stack = mpls_entries(*objects);
  require(stack.size() * 4 <= body_bytes);
  require(mpls_entries({mpls_object(stack)}) == stack);
  return 0;
}
