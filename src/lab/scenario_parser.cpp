#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/text.hpp"
#include "lab/generated_internet.hpp"
#include "lab/scenario.hpp"
#include "lab/scenario_names.hpp"
#include "lab/table_reader.hpp"
#include "lab/toml_document.hpp"

namespace cw::lab {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t the_vantage = nowhere;  // as an owner of addresses

std::uint32_t size_of(const auto& list) { return static_cast<std::uint32_t>(list.size()); }

class ScenarioParser {
 public:
  ScenarioParser(const TomlTable& root, std::string_view document, std::uint32_t most_destinations)
      : root_(root), document_(document), most_destinations_(most_destinations) {}

  Result<Scenario> parse() {
    TRY(head());
    TRY(each("router", [this](TableReader& in) { return router(in); }));
    TRY(each("link", [this](TableReader& in) { return link(in); }));
    TRY(vantage());
    TRY(each("network", [this](TableReader& in) { return network(in); }));
    TRY(each("host", [this](TableReader& in) { return host(in); }));
    TRY(each("route", [this](TableReader& in) { return route(in); }));
    TRY(generate());
    TRY(each("change", [this](TableReader& in) { return change(in); }));
    return std::move(scenario_);
  }

 private:
  Result<> head() {
    TableReader in(root_, document_, "scenario");
    scenario_.name = in.text("name");
    if (scenario_.name.empty()) scenario_.name = document_;
    scenario_.description = in.text("description");
    scenario_.seed = static_cast<std::uint64_t>(in.integer("seed", 1, 0, std::numeric_limits<std::int64_t>::max()));
    scenario_.repeat_after = in.seconds("repeat_after_s", 0s);
    scenario_.convergence = in.milliseconds("convergence_ms", 0s);
    for (const std::string_view section :
         {"vantage", "router", "link", "network", "host", "route", "change", "generate"})
      in.has(section);
    return in.finish();
  }

  template <class Read>
  Result<> each(std::string_view key, Read read) {
    const auto* value = root_.find(key);
    if (value == nullptr) return {};
    const auto* tables = std::get_if<TomlArray>(&value->value);
    if (tables == nullptr) return refuse(*value, fmt::format("write [[{}]], in double brackets", key));
    const auto what = fmt::format("[[{}]]", key);
    for (const auto& item : *tables) {
      const auto* table = std::get_if<TomlTable>(&item.value);
      if (table == nullptr) return refuse(item, fmt::format("{} must be a table", what));
      TableReader in(*table, document_, what);
      TRY(read(in));
    }
    return {};
  }

  Result<const TomlTable*> single(std::string_view key) {
    const auto* value = root_.find(key);
    if (value == nullptr) return nullptr;
    if (const auto* table = std::get_if<TomlTable>(&value->value)) return table;
    return refuse(*value, fmt::format("write [{}] once, in single brackets", key));
  }

  std::unexpected<Error> refuse(const TomlValue& value, std::string_view why) {
    return fail(ErrorKind::invalid, fmt::format("{}:{}: {}", document_, value.line, why));
  }

  Result<> vantage() {
    const auto* table = TRY(single("vantage"));
    if (table == nullptr) return fail(ErrorKind::invalid, fmt::format("{}: [vantage] is missing", document_));
    TableReader in(*table, document_, "[vantage]");
    auto& vantage = scenario_.vantage;
    vantage.v4 = in.address("v4", Family::v4);
    vantage.v6 = in.address("v6", Family::v6);
    if (!in.has("v4") && !in.has("v6")) in.refuse("v4", "or v6 is missing: the vantage needs an address");
    vantage.router = names_.router(in, "router");
    vantage.access = link_traits(in, 50us);
    vantage.access.mtu = read_mtu(in);
    if (const auto asn = in.asn("asn"))
      vantage.asn = *asn;
    else if (vantage.router != nowhere)
      vantage.asn = scenario_.routers[vantage.router].asn;
    own(in, "v4", vantage.v4, the_vantage);
    own(in, "v6", vantage.v6, the_vantage);
    return in.finish();
  }

  Result<> router(TableReader& in) {
    Router router{.name = in.text("name"), .asn = in.asn("asn").value_or(Asn{})};
    router.v4 = in.address("v4", Family::v4);
    router.v6 = in.address("v6", Family::v6);
    if (router.name.empty()) in.refuse("name", "is missing");
    router.traits = size_of(scenario_.router_traits);
    const auto position = size_of(scenario_.routers);
    own(in, "v4", router.v4, position);
    own(in, "v6", router.v6, position);
    scenario_.router_traits.push_back(read_router_traits(in, router));
    if (!names_.add_router(router.name, position)) in.refuse("name", "is taken by another router");
    scenario_.routers.push_back(std::move(router));
    return in.finish();
  }

  Result<> link(TableReader& in) {
    Link link = link_traits(in, 1ms);
    link.a = names_.router(in, "a");
    link.b = names_.router(in, "b");
    if (link.a == link.b && in.ok()) in.refuse("b", "must be another router than a");
    link.mtu = read_mtu(in);
    link.cost = static_cast<std::uint32_t>(in.integer("cost", 1, 1, 1'000'000));
    link.cost_back = static_cast<std::uint32_t>(in.integer("cost_back", link.cost, 1, 1'000'000));
    const Interfaces interfaces{.a_v4 = in.address("a_v4", Family::v4),
                                .a_v6 = in.address("a_v6", Family::v6),
                                .b_v4 = in.address("b_v4", Family::v4),
                                .b_v6 = in.address("b_v6", Family::v6)};
    own(in, "a_v4", interfaces.a_v4, link.a);
    own(in, "a_v6", interfaces.a_v6, link.a);
    own(in, "b_v4", interfaces.b_v4, link.b);
    own(in, "b_v6", interfaces.b_v6, link.b);
    if (in.has("a_v4") || in.has("a_v6") || in.has("b_v4") || in.has("b_v6")) {
      link.interfaces = size_of(scenario_.interfaces);
      scenario_.interfaces.push_back(interfaces);
    }
    if (in.has("name") && !names_.add_link(in.text("name"), size_of(scenario_.links)))
      in.refuse("name", "is taken by another link");
    scenario_.links.push_back(link);
    return in.finish();
  }

  Result<> network(TableReader& in) {
    Network network{.router = names_.router(in, "router")};
    if (const auto prefix = in.prefix("prefix"))
      network.prefix = *prefix;
    else
      in.refuse("prefix", "is missing");
    auto traits = read_destination_traits(in);
    traits.share = in.probability("share", 1);
    traits.absent = read_behaviour(in, "absent", Behaviour::silent);
    const auto name = in.text("name");
    const auto answering = addresses_in(in, "answers", network.prefix);
    const auto destinations = addresses_in(in, "destinations", network.prefix);
    if (in.has("answers") && in.has("share")) in.refuse("share", "and answers exclude each other");
    finish_network(in, network);
    if (!in.has("answers")) {
      add_network(in, network, traits);
    } else {
      auto rest = traits;
      rest.share = 0;
      add_network(in, network, rest);
    }
    for (const auto& address : answering) add_host(in, network, address, traits);
    for (const auto& address : in.has("destinations") ? destinations : answering) add_destination(address, name);
    if (!in.has("destinations") && !in.has("answers")) add_destination(first_host(network.prefix), name);
    return in.finish();
  }

  Result<> host(TableReader& in) {
    Network host;
    IpAddress address;
    if (const auto given = in.any_address("address"))
      address = *given;
    else
      in.refuse("address", "is missing");
    host.prefix = Prefix::around(address, address.bit_width());
    if (const auto around = network_around(address); in.has("router")) {
      host.router = names_.router(in, "router");
    } else if (around != nowhere) {
      host = scenario_.networks[around];
      host.prefix = Prefix::around(address, address.bit_width());
    } else {
      in.refuse("router", "is missing, and no [[network]] holds the address");
    }
    finish_network(in, host);
    const auto traits = read_destination_traits(in);
    add_host(in, host, address, traits);
    add_destination(address, in.text("name"));
    return in.finish();
  }

  Result<> route(TableReader& in) {
    auto route = TRY(read_route(in, scenario_, names_));
    if (route.via.empty() && !in.has("action")) in.refuse("via", "or action is missing");
    scenario_.routes.push_back(std::move(route));
    return in.finish();
  }

  Result<> generate() {
    const auto* table = TRY(single("generate"));
    if (table == nullptr) return {};
    TableReader in(*table, document_, "[generate]");
    auto plan = read_generation_plan(in, most_destinations_);
    if (in.has("router"))
      plan.router = names_.router(in, "router");
    else
      plan.router = scenario_.vantage.router;
    TRY(in.finish());
    generate_internet(plan, scenario_);
    return {};
  }

  Result<> change(TableReader& in) {
    auto change = TRY(read_change(in, scenario_, names_));
    // By time; of two at once the first one written is first.
    const auto place = std::ranges::upper_bound(scenario_.changes, change.at, {}, &Change::at);
    scenario_.changes.insert(place, std::move(change));
    return {};
  }

  Link link_traits(TableReader& in, Duration delay) {
    Link link;
    link.up = in.flag("up", true);
    link.delay = in.milliseconds("delay_ms", delay);
    link.delay_back = in.milliseconds("delay_back_ms", link.delay);
    link.jitter = in.milliseconds("jitter_ms", 0s);
    link.loss = static_cast<float>(in.probability("loss", 0));
    link.loss_back = static_cast<float>(in.probability("loss_back", link.loss));
    return link;
  }

  static std::uint16_t read_mtu(TableReader& in) {
    const auto mtu = static_cast<std::uint16_t>(in.integer("mtu", 0, 0, 65'535));
    if (in.has("mtu") && mtu < 68) in.refuse("mtu", "must be at least 68 (RFC 791)");
    return mtu;
  }

  void finish_network(TableReader& in, Network& network) {
    network.delay = in.milliseconds("delay_ms", network.delay == Duration{} ? Duration{200us} : network.delay);
    if (const auto asn = in.asn("asn"))
      network.asn = *asn;
    else if (network.asn == Asn{} && network.router != nowhere)
      network.asn = scenario_.routers[network.router].asn;
  }

  void add_network(TableReader& in, Network network, DestinationTraits traits) {
    if (!prefixes_.emplace(network.prefix, size_of(scenario_.networks)).second)
      in.refuse(in.has("prefix") ? "prefix" : "address", "is there already");
    network.traits = size_of(scenario_.destination_traits);
    scenario_.destination_traits.push_back(std::move(traits));
    scenario_.networks.push_back(network);
  }

  void add_host(TableReader& in, Network host, const IpAddress& address, const DestinationTraits& traits) {
    if (!names_.add_address(address, size_of(scenario_.networks) | host_mark))
      in.refuse("address", "belongs to a router or to the vantage already");
    host.prefix = Prefix::around(address, address.bit_width());
    add_network(in, host, traits);
  }

  void add_destination(const IpAddress& address, const std::string& name) {
    scenario_.destinations.push_back({.address = address, .name = name, .network = network_around(address)});
  }

  std::uint32_t network_around(const IpAddress& address) const {
    for (int length = address.bit_width(); length >= 0; --length)
      if (const auto found = prefixes_.find(Prefix::around(address, length)); found != prefixes_.end())
        return found->second;
    return nowhere;
  }

  static IpAddress first_host(const Prefix& prefix) {
    auto bytes = prefix.address().bytes();
    if (prefix.length() < prefix.address().bit_width()) bytes.back() |= 1;
    return IpAddress::v6(bytes);
  }

  std::vector<IpAddress> addresses_in(TableReader& in, std::string_view key, const Prefix& prefix) {
    std::vector<IpAddress> addresses;
    for (const auto& text : in.texts(key)) {
      const auto address = IpAddress::parse(text);
      if (!address || !prefix.contains(*address))
        in.refuse(key, fmt::format("has \"{}\", which is no address inside {}", text, prefix.to_string()));
      else
        addresses.push_back(*address);
    }
    return addresses;
  }

  void own(TableReader& in, std::string_view key, const IpAddress& address, std::uint32_t owner) {
    if (!names_.add_address(address, owner)) in.refuse(key, "belongs to somebody else already");
  }

  // Hosts and routers share one space of owners.
  static constexpr std::uint32_t host_mark = 0x8000'0000;

  const TomlTable& root_;
  std::string_view document_;
  std::uint32_t most_destinations_;
  Scenario scenario_;
  ScenarioNames names_;
  std::map<Prefix, std::uint32_t> prefixes_;
};

}  // namespace

Result<Scenario> parse_scenario(std::string_view toml, std::string_view name, std::uint32_t most_destinations) {
  const auto root = TRY(parse_toml(toml, name));
  return ScenarioParser(root, name, most_destinations).parse();
}

Result<Scenario> load_scenario(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorKind::not_found, fmt::format("cannot read scenario {}", printable(path)));
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return parse_scenario(text, std::filesystem::path(path).filename().string());
}

}  // namespace cw::lab
