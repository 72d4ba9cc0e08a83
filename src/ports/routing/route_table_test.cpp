#include "ports/routing/route_table.hpp"

#include <gtest/gtest.h>

#include <map>

namespace cw::routing {
namespace {

IpAddress address(std::string_view text) { return IpAddress::parse(text).value(); }

// Maps the addresses it is told to; claims 10.0.0.1 too, which no table may.
class FewAddresses final : public RouteTable {
 public:
  explicit FewAddresses(Asn asn = Asn{13335}) : asn_(asn) {}
  [[nodiscard]] std::optional<Origin> origin(const IpAddress& wanted) const override {
    if (wanted != address("1.1.1.1") && wanted != address("10.0.0.1")) return std::nullopt;
    return Origin{asn_, "Cloudflare, Inc.", Prefix::around(wanted, 24)};
  }
  [[nodiscard]] std::string_view org_name(Asn) const override { return ""; }
  [[nodiscard]] TableInfo info() const override {
    return {.source = "few", .as_of = Instant(std::chrono::seconds(1'000))};
  }

 private:
  Asn asn_;
};

TEST(FactsOf, a_mapped_address_has_what_the_table_knows) {
  EXPECT_EQ(facts_of(FewAddresses{}, address("1.1.1.1")),
            (AddressFacts{.address = address("1.1.1.1"),
                          .prefix = Prefix::parse("1.1.1.0/24").value(),
                          .asn = Asn{13335},
                          .org_name = "Cloudflare, Inc.",
                          .source = "few",
                          .as_of = Instant(std::chrono::seconds(1'000))}));
}

TEST(FactsOf, special_use_space_has_no_origin_whatever_the_table_says) {
  const AddressFacts facts = facts_of(FewAddresses{}, address("10.0.0.1"));
  EXPECT_EQ(facts.special, "Private-Use");
  EXPECT_EQ(facts.asn, std::nullopt);
  EXPECT_EQ(facts.prefix, std::nullopt);
  EXPECT_EQ(facts.org_name, "");
  EXPECT_EQ(facts.source, "iana");
  EXPECT_EQ(facts.as_of, parse_rfc3339("2025-10-09T00:00:00Z").value());
}

TEST(FactsOf, an_unmapped_address_still_says_who_was_asked) {
  const AddressFacts facts = facts_of(FewAddresses{}, address("9.9.9.9"));
  EXPECT_EQ(facts.asn, std::nullopt);
  EXPECT_EQ(facts.special, "");
  EXPECT_EQ(facts.source, "few");
}

TEST(RouteTables, a_reader_keeps_the_table_it_got_over_a_swap) {
  RouteTables tables(std::make_shared<FewAddresses>(Asn{1}));
  const auto kept = tables.current();
  tables.swap(std::make_shared<FewAddresses>(Asn{2}));
  EXPECT_EQ(kept->origin(address("1.1.1.1"))->asn, Asn{1});
  EXPECT_EQ(tables.current()->origin(address("1.1.1.1"))->asn, Asn{2});
}

}  // namespace
}  // namespace cw::routing
