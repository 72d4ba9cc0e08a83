#include "formats/globalping_json.hpp"

#include <gtest/gtest.h>

#include "formats/format_examples.hpp"

namespace cw::formats {
namespace {

const ExportContext in_frankfurt{.network = "Example Networks",
                                 .asn = Asn{64500},
                                 .continent = "EU",
                                 .region = "Western Europe",
                                 .country = "DE",
                                 .city = "Frankfurt",
                                 .latitude = 50.1109,
                                 .longitude = -8.6821};

TEST(GlobalpingJson, a_trace_is_a_finished_traceroute_of_one_probe) {
  expect_golden("globalping_traceroute.json", to_globalping_json(example_trace(), example_as_path(), in_frankfurt));
}

TEST(GlobalpingJson, a_ping_has_its_statistics) {
  expect_golden("globalping_ping.json", to_globalping_json(example_ping(), std::nullopt, in_frankfurt));
}

TEST(GlobalpingJson, a_ping_without_an_answer_has_null_for_its_times) {
  expect_golden("globalping_ping_silent.json", to_globalping_json(silent_ping(), std::nullopt, {}));
}

TEST(GlobalpingJson, an_mtr_has_its_jitter_and_networks) {
  Measurement measurement = example_mtr();
  AsPath as_path;
  as_path.hops = {{.ttl = Ttl{2}, .asn = Asn{64501}}};
  expect_golden("globalping_mtr.json", to_globalping_json(measurement, as_path, in_frankfurt));
}

TEST(GlobalpingJson, a_measurement_that_failed_says_so_and_nothing_more) {
  Measurement measurement = example_head(Kind::trace);
  measurement.status = Status::failed;
  measurement.stop_reason = StopReason::error;
  expect_golden("globalping_failed.json", to_globalping_json(measurement, std::nullopt, in_frankfurt));
}

}  // namespace
}  // namespace cw::formats
