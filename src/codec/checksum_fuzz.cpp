// The sum of any bytes is that of the plainest way to compute it, in one go and in parts; a difference turns one
// sum into another.

#include "codec/checksum.hpp"

#include "codec/fuzz_property.hpp"

using namespace cw::codec;

namespace {

// RFC 1071 word by word, every carry folded at once.
std::uint16_t plain_sum(Bytes bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? std::uint32_t{bytes[i]} << 8 : std::uint32_t{bytes[i]};
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(sum);
}

std::uint16_t sum_of(Bytes first, Bytes second) {
  ChecksumSum sum;
  sum.add(first);
  sum.add(second);
  return sum.folded();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes bytes(data, size);
  const auto sum = plain_sum(bytes);
  require(sum_of(bytes, {}) == sum);
  const auto even = size / 4 * 2;
  require(sum_of(bytes.first(even), bytes.subspan(even)) == sum);
  require(internet_checksum(bytes) == static_cast<std::uint16_t>(~sum));

  // Bytes that end in their own checksum sum to all ones, as a receiver verifies it.
  if (size % 2 == 0) {
    ChecksumSum whole;
    whole.add(bytes);
    whole.add_u16(internet_checksum(bytes));
    require(whole.folded() == 0xffff);
  }

  // From the sum of the first part to the sum of all; a sum that is not zero cannot become zero but as 0xffff.
  const auto part = sum_of(bytes.first(even), {});
  ChecksumSum moved;
  moved.add_u16(part);
  moved.add_u16(checksum_difference(sum, part));
  require(moved.folded() == (sum == 0 && part != 0 ? 0xffff : sum));
  return 0;
}
