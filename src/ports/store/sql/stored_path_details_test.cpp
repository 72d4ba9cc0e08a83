#include "ports/store/sql/stored_path_details.hpp"

#include <gtest/gtest.h>

#include "ports/store/sample_measurements.hpp"

namespace cw::store {
namespace {

TEST(StoredPathDetails, random_graphs_and_path_mtus_read_back_as_they_were) {
  Random random(4);
  for (int i = 0; i < 500; ++i) {
    const auto family = i % 2 == 0 ? Family::v4 : Family::v6;
    const auto graph = samples::random_graph(random, family);
    ASSERT_EQ(decode_graph(encode_graph(graph)), graph) << encode_graph(graph);
    const auto path_mtu = samples::random_path_mtu(random, family);
    ASSERT_EQ(decode_path_mtu(encode_path_mtu(path_mtu)), path_mtu) << encode_path_mtu(path_mtu);
  }
}

TEST(StoredPathDetails, what_the_encoders_would_never_write_is_invalid) {
  ASSERT_TRUE(decode_graph(R"({"confidence":95,"complete":true,"interfaces":[[1,null,[0]]],"links":[[0,0,[]]]})"));
  for (const auto* text : {"", "[]", "{}", R"({"confidence":95,"complete":1,"interfaces":[],"links":[]})",
                           R"({"confidence":101,"complete":true,"interfaces":[],"links":[]})",
                           R"({"confidence":95,"complete":true,"interfaces":[[1,"router",[0]]],"links":[]})",
                           R"({"confidence":95,"complete":true,"interfaces":[[1,null]],"links":[]})",
                           R"({"confidence":95,"complete":true,"interfaces":[[1,null,[65536]]],"links":[]})",
                           R"({"confidence":95,"complete":true,"interfaces":[[1,null,[0]]],"links":[[0,1,[]]]})",
                           R"({"confidence":95,"complete":true,"interfaces":[],"links":[[-1,0,[]]]})"}) {
    const auto graph = decode_graph(text);
    ASSERT_FALSE(graph) << text;
    EXPECT_EQ(graph.error().kind, ErrorKind::invalid);
  }
  ASSERT_TRUE(decode_path_mtu(R"({"mtu":1400,"limits":[[3,null,1400]]})"));
  for (const auto* text : {"{}", R"({"mtu":-1,"limits":[]})", R"({"mtu":1400,"limits":[[3,null]]})",
                           R"({"mtu":1400,"limits":[[256,null,1400]]})", R"({"mtu":1400,"limits":{}})"})
    EXPECT_FALSE(decode_path_mtu(text)) << text;
}

}  // namespace
}  // namespace cw::store
