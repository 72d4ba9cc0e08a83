#include "ports/store/sql/stored_annotation.hpp"

#include <gtest/gtest.h>

#include "ports/store/sample_measurements.hpp"

namespace cw::store {
namespace {

TEST(StoredAnnotation, reads_back_as_it_was) {
  const auto as_path = samples::plain_as_path();
  EXPECT_EQ(decode_annotation(encode_annotation(as_path)), as_path);
  EXPECT_EQ(decode_annotation(encode_annotation(AsPath{})), AsPath{});
}

TEST(StoredAnnotation, a_confidence_reads_back_as_the_same_number) {
  Random random(1);
  for (int i = 0; i < 1'000; ++i) {
    AsPath as_path;
    as_path.hops.push_back({.ttl = Ttl{1}, .confidence = random.unit()});
    ASSERT_EQ(decode_annotation(encode_annotation(as_path)), as_path);
  }
}

TEST(StoredAnnotation, a_name_that_is_not_utf8_is_kept) {
  AsPath as_path;
  as_path.networks.push_back({.asn = Asn{1}, .name = "caf\xe9 \"\\\n"});
  EXPECT_EQ(decode_annotation(encode_annotation(as_path)), as_path);
}

TEST(StoredAnnotation, what_encode_would_never_write_is_invalid) {
  for (const auto* text : {"", "[]", "{}", R"({"hops":[],"networks":[]})", R"({"hops":[1],"networks":[],"links":[]})",
                           R"({"hops":[{"ttl":256,"rule":"origin","confidence":"1"}],"networks":[],"links":[]})",
                           R"({"hops":[{"ttl":1,"rule":"guess","confidence":"1"}],"networks":[],"links":[]})",
                           R"({"hops":[{"ttl":1,"rule":"origin","confidence":"nan"}],"networks":[],"links":[]})",
                           R"({"hops":[{"ttl":1,"rule":"origin","confidence":"2"}],"networks":[],"links":[]})",
                           R"({"hops":[],"networks":[{"asn":4294967296,"name":"","gap":0}],"links":[]})",
                           R"({"hops":[],"networks":[],"links":[{"from":1,"to":2,"from_ttl":1}]})"}) {
    const auto as_path = decode_annotation(text);
    ASSERT_FALSE(as_path) << text;
    EXPECT_EQ(as_path.error().kind, ErrorKind::invalid) << text;
  }
}

}  // namespace
}  // namespace cw::store
