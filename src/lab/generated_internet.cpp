#include "lab/generated_internet.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <tuple>

#include "core/random.hpp"

namespace cw::lab {
namespace {

using namespace std::chrono_literals;

// A new network's routers begin at these levels: access, transit, regional, the destination's own.
constexpr std::array as_borders{4, 7, 10};
// Long links lie where networks span continents.
constexpr int first_long_level = 3;
constexpr int last_long_level = 7;
// Where every router knows every other one of the core, diamonds at the leaves of a large tree are too much.
constexpr std::uint32_t most_destinations_with_diamonds = 20'000;

Prefix prefix_or(TableReader& in, std::string_view key, std::string_view otherwise, Family family) {
  const auto given = in.prefix(key);
  if (!given) return *Prefix::parse(otherwise);
  if (given->family() != family) in.refuse(key, "is of the other family");
  return *given;
}

// The address `index` steps of 2^`shift` after the start of the prefix.
IpAddress address_at(const Prefix& prefix, std::uint64_t index, int shift) {
  auto bytes = prefix.address().bytes();
  unsigned carry = 0;
  for (int i = 15; i >= 0; --i) {
    const int low_bit = (15 - i) * 8;
    const int down = low_bit - shift;
    const std::uint64_t part = down >= 64 ? 0 : down >= 0 ? index >> down : down > -64 ? index << -down : 0;
    const auto sum = bytes[static_cast<std::size_t>(i)] + static_cast<unsigned>(part & 0xff) + carry;
    bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
  return IpAddress::v6(bytes);
}

// Whether the prefix has `count` steps of 2^`shift`.
bool has_room(const Prefix& prefix, std::uint64_t count, int shift) {
  const int free_bits = prefix.address().bit_width() - prefix.length() - shift;
  return free_bits >= 63 || (free_bits >= 0 && count <= std::uint64_t{1} << free_bits);
}

class Generator {
 public:
  Generator(const GenerationPlan& plan, Scenario& scenario)
      : plan_(plan), scenario_(scenario), random_(scenario.seed ^ 0x67656e6572617465ULL) {
    least_routers_ = plan.least_hops - 1;
    most_routers_ = plan.most_hops - 1;
    // Half-way between the shortest and the longest branch, each destination has routers of its own.
    own_level_ = std::max(2, (least_routers_ + most_routers_) / 2 - 1);
    make_traits();
  }

  void grow() {
    scenario_.vantage.access.loss = static_cast<float>(1 - std::sqrt(1 - plan_.loss));
    scenario_.vantage.access.loss_back = scenario_.vantage.access.loss;
    levels_.resize(static_cast<std::size_t>(most_routers_) + 1);
    levels_[1].push_back(Node{.routers = {plan_.router}, .asn = scenario_.routers[plan_.router].asn});
    for (int level = 2; level < own_level_; ++level) grow_level(level);
    for (std::uint32_t i = 0; i < plan_.destinations; ++i) grow_branch(i);
  }

 private:
  // The routers that stand side by side at one place of the tree.
  struct Node {
    std::vector<std::uint32_t> routers;
    Asn asn;
    Duration delay{};  // from the first router
  };

  void make_traits() {
    const auto add = [&](bool silent, bool labelled) {
      RouterTraits traits{.silent = silent};
      traits.replies_per_second = plan_.replies_per_second;
      traits.reply_burst = plan_.reply_burst;
      if (labelled) traits.mpls = {24'000 + static_cast<std::uint32_t>(random_.below(1'000))};
      scenario_.router_traits.push_back(traits);
      return static_cast<std::uint32_t>(scenario_.router_traits.size() - 1);
    };
    plain_router_ = add(false, false);
    silent_router_ = add(true, false);
    labelled_router_ = add(false, true);
    DestinationTraits answering{.jitter = plan_.jitter};
    auto silent = answering;
    silent.icmp = silent.udp = silent.tcp = Behaviour::silent;
    answering_network_ = static_cast<std::uint32_t>(scenario_.destination_traits.size());
    scenario_.destination_traits.push_back(answering);
    scenario_.destination_traits.push_back(silent);
  }

  [[nodiscard]] std::uint64_t size_of_level(int level) const {
    if (level >= own_level_) return plan_.destinations;
    const double growth = static_cast<double>(level - 1) / (own_level_ - 1);
    const auto size = std::llround(std::pow(static_cast<double>(plan_.destinations), growth));
    return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(size), 1, plan_.destinations);
  }

  [[nodiscard]] bool is_wide(int level) const {
    // Every third level from the third on.
    return plan_.width > 1 && level >= 3 && level < own_level_ && level % 3 == 0 && level / 3 <= plan_.diamonds;
  }

  // The group of a level that a destination passes.
  [[nodiscard]] std::uint64_t group_of(std::uint64_t destination, int level) const {
    auto group = destination;
    for (int above = own_level_; above > level; --above)
      group = group * size_of_level(above - 1) / size_of_level(above);
    return group;
  }

  void grow_level(int level) {
    const auto size = size_of_level(level);
    auto& parents = levels_[static_cast<std::size_t>(level) - 1];
    auto& nodes = levels_[static_cast<std::size_t>(level)];
    nodes.resize(size);
    for (std::uint64_t group = 0; group < size; ++group) {
      const auto& parent = parents[group * size_of_level(level - 1) / size];
      nodes[group] = add_node(parent, level, is_wide(level) ? plan_.width : 1);
    }
  }

  // The routers of one destination from `own_level_` on, and its networks. A short branch ends at a shared one.
  void grow_branch(std::uint32_t destination) {
    const int routers = least_routers_ +
                        static_cast<int>(random_.below(static_cast<std::uint64_t>(most_routers_ - least_routers_) + 1));
    const int shared = std::min(routers, own_level_ - 1);
    Node node = levels_[static_cast<std::size_t>(shared)][group_of(destination, shared)];
    for (int level = shared + 1; level <= routers; ++level) node = add_node(node, level, 1);
    // What is left of the least round trip lies on the last link.
    const auto least = from_ms(plan_.least_rtt_ms / 2);
    const auto rest = std::max(Duration{100us}, least - short_link() * (routers - 1));
    const bool silent = random_.unit() < plan_.silent_destinations;
    if (plan_.v4) add_network(destination, node, rest, silent, plan_.networks_v4, 8, 24);
    if (plan_.v6) add_network(destination, node, rest, silent, plan_.networks_v6, 80, 48);
  }

  Node add_node(const Node& parent, int level, int width) {
    const bool new_network = std::ranges::find(as_borders, level) != as_borders.end();
    Node node{.routers = {}, .asn = new_network ? Asn{plan_.first_asn + networks_made_++} : parent.asn};
    // Ways of equal cost have equal delays, or else every diamond would show in the round trip.
    const auto delay = link_delay(level);
    node.delay = parent.delay + delay;
    for (int i = 0; i < width; ++i) {
      const auto router = add_router(node.asn);
      node.routers.push_back(router);
      for (const auto above : parent.routers)
        scenario_.links.push_back({.a = above, .b = router, .delay = delay, .delay_back = delay});
    }
    return node;
  }

  std::uint32_t add_router(Asn asn) {
    Router router{.name = {}, .asn = asn, .traits = plain_router_};
    if (plan_.v4) router.v4 = address_at(plan_.routers_v4, routers_made_ + 1, 0);
    if (plan_.v6) router.v6 = address_at(plan_.routers_v6, routers_made_ + 1, 64);
    ++routers_made_;
    if (random_.unit() < plan_.silent_routers)
      router.traits = silent_router_;
    else if (random_.unit() < plan_.mpls_routers)
      router.traits = labelled_router_;
    scenario_.routers.push_back(std::move(router));
    return static_cast<std::uint32_t>(scenario_.routers.size() - 1);
  }

  void add_network(std::uint32_t destination, const Node& node, Duration delay, bool silent, const Prefix& space,
                   int shift, int length) {
    const auto start = address_at(space, destination, shift);
    const auto position = static_cast<std::uint32_t>(scenario_.networks.size());
    scenario_.networks.push_back({.prefix = Prefix::around(start, length),
                                  .router = node.routers.front(),
                                  .asn = node.asn,
                                  .traits = answering_network_ + (silent ? 1U : 0U),
                                  .delay = delay});
    scenario_.destinations.push_back(
        {.address = address_at(Prefix::around(start, length), 1, 0), .name = {}, .network = position});
  }

  static Duration from_ms(double ms) { return Duration{std::llround(ms * 1e6)}; }
  [[nodiscard]] Duration short_link() const { return from_ms(plan_.least_rtt_ms / 2 / (most_routers_ + 1)); }

  Duration link_delay(int level) {
    if (level < first_long_level || level > last_long_level) return short_link();
    const double spread = (plan_.most_rtt_ms - plan_.least_rtt_ms) / 2 / (last_long_level - first_long_level + 1);
    return short_link() + from_ms(spread * random_.unit());
  }

  const GenerationPlan& plan_;
  Scenario& scenario_;
  Random random_;
  int least_routers_ = 0;
  int most_routers_ = 0;
  int own_level_ = 0;
  std::uint32_t plain_router_ = 0;
  std::uint32_t silent_router_ = 0;
  std::uint32_t labelled_router_ = 0;
  std::uint32_t answering_network_ = 0;  // the silent one follows it
  std::uint32_t networks_made_ = 0;
  std::uint32_t routers_made_ = 0;
  std::vector<std::vector<Node>> levels_;
};

}  // namespace

GenerationPlan read_generation_plan(TableReader& in, std::uint32_t most_destinations) {
  GenerationPlan plan;
  plan.destinations = static_cast<std::uint32_t>(in.integer("destinations", 1'000, 1, most_destinations));
  static constexpr std::array<std::string_view, 3> families{"v4", "v6", "both"};
  const auto family = in.choice("family", 0, families);
  plan.v4 = family != 1;
  plan.v6 = family != 0;
  const auto hops = in.range("hops", {plan.least_hops, plan.most_hops}, 4, 30);
  plan.least_hops = static_cast<int>(hops.first);
  plan.most_hops = static_cast<int>(hops.second);
  std::tie(plan.least_rtt_ms, plan.most_rtt_ms) = in.range("rtt_ms", {20, 100}, 1, 2'000);
  plan.jitter = in.milliseconds("jitter_ms", 0s);
  plan.silent_routers = in.probability("silent_routers", 0);
  plan.silent_destinations = in.probability("silent_destinations", 0);
  plan.mpls_routers = in.probability("mpls_routers", 0);
  plan.loss = in.number("loss", 0, 0, 1);
  plan.replies_per_second = in.number("replies_per_second", 0, 0, 1e9);
  plan.reply_burst = in.number("reply_burst", 1, 1, 1e9);
  plan.diamonds = static_cast<int>(in.integer("diamonds", 0, 0, 5));
  plan.width = static_cast<int>(in.integer("width", 4, 2, 16));
  if (plan.diamonds > 0 && plan.destinations > most_destinations_with_diamonds)
    in.refuse("diamonds", "can be had up to 20000 destinations");
  plan.first_asn = in.asn("first_asn").value_or(Asn{plan.first_asn}).value;
  plan.networks_v4 = prefix_or(in, "networks_v4", "16.0.0.0/4", Family::v4);
  plan.networks_v6 = prefix_or(in, "networks_v6", "2a10::/16", Family::v6);
  plan.routers_v4 = prefix_or(in, "routers_v4", "96.0.0.0/6", Family::v4);
  plan.routers_v6 = prefix_or(in, "routers_v6", "2a0f::/32", Family::v6);
  if (!has_room(plan.networks_v4, plan.destinations, 8)) in.refuse("networks_v4", "has no /24 for each destination");
  if (!has_room(plan.networks_v6, plan.destinations, 80)) in.refuse("networks_v6", "has no /48 for each destination");
  // A branch adds at most its own routers and those of one place at each level.
  const auto routers = std::uint64_t{plan.destinations} * 2 * 30 * 16;
  const auto needed = std::min<std::uint64_t>(routers, std::uint64_t{1} << 24);
  if (!has_room(plan.routers_v4, needed, 0)) in.refuse("routers_v4", "is too small for the routers: a /8 always does");
  if (!has_room(plan.routers_v6, needed, 64))
    in.refuse("routers_v6", "is too small for the routers: a /40 always does");
  return plan;
}

void generate_internet(const GenerationPlan& plan, Scenario& scenario) {
  assert(plan.router != nowhere);
  Generator(plan, scenario).grow();
}

}  // namespace cw::lab
