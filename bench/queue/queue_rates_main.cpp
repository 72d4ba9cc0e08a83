// Jobs leased and acknowledged per second by one client of a Redis server: the queue beside what bare lists reach,
// LMOVE to a list of what is being done and LREM from it, which has neither priorities nor leases. All ways take turns
// in each round, so that what else the machine does falls on all of them. Prints the median and the range of each.
//
// Usage: queue_rates REDIS_URL [ROUNDS] [JOBS]

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "core/text.hpp"
#include "platform/redis_connection.hpp"
#include "ports/queue/redis/job_json.hpp"
#include "ports/queue/redis/redis_job_queue.hpp"

namespace {

using namespace cw;

constexpr Instant kNow{std::chrono::seconds(1'767'225'600)};
constexpr std::string_view kPrefix = "cw-bench";

template <class T>
T value_or_die(Result<T> result) {
  if (result) return *std::move(result);
  fmt::print(stderr, "queue_rates: {}\n", result.error().message);
  std::exit(1);
}

std::vector<Job> make_jobs(std::size_t count) {
  Random random(1);
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < count; ++i)
    jobs.push_back({.id = Uuid::make_v7(kNow, random),
                    .target_ip = IpAddress::v4(0xc6120000u + static_cast<std::uint32_t>(i)),
                    .priority = static_cast<int>(i % 10),
                    .source = "schedule",
                    .reason = "interval",
                    .created_at = kNow,
                    .not_before = kNow});
  return jobs;
}

// The same texts on a bare list, taken and removed `at_once` a round trip.
class BareList {
 public:
  BareList(const platform::RedisOptions& server, const std::vector<Job>& jobs) : redis_(server) {
    for (const auto& job : jobs) texts_.push_back(queue::write_job(job));
  }

  void fill() {
    for (std::size_t i = 0; i < texts_.size(); i += 1000) {
      platform::RedisConnection::Command push{"RPUSH", waiting_};
      push.insert(push.end(), texts_.begin() + static_cast<std::ptrdiff_t>(i),
                  texts_.begin() + static_cast<std::ptrdiff_t>(std::min(texts_.size(), i + 1000)));
      value_or_die(redis_.command(push));
    }
  }

  std::size_t drain(std::size_t at_once) {
    const std::vector<platform::RedisConnection::Command> move(at_once, {"LMOVE", waiting_, doing_, "LEFT", "RIGHT"});
    for (std::size_t done = 0;;) {
      std::vector<platform::RedisConnection::Command> remove;
      for (const auto& taken : value_or_die(redis_.exchange(move)))
        if (taken.type == platform::RedisReply::Type::text) remove.push_back({"LREM", doing_, "1", taken.text});
      if (remove.empty()) return done;
      value_or_die(redis_.exchange(remove));
      done += remove.size();
    }
  }

 private:
  std::string waiting_ = fmt::format("{}:bare:waiting", kPrefix);
  std::string doing_ = fmt::format("{}:bare:doing", kPrefix);
  platform::RedisConnection redis_;
  std::vector<std::string> texts_;
};

void enqueue_all(queue::JobQueue& queue, const std::vector<Job>& jobs) {
  for (const auto& job : jobs) value_or_die(queue.enqueue(job));
}

std::size_t drain(queue::JobQueue& queue, std::size_t at_once) {
  for (std::size_t done = 0;;) {
    const auto leased = value_or_die(queue.lease(kNow, std::chrono::minutes(5), at_once));
    if (leased.empty()) return done;
    for (const auto& job : leased)
      if (const auto ended = queue.acknowledge(job); !ended) value_or_die(Result<int>(std::unexpected(ended.error())));
    done += leased.size();
  }
}

struct Way {
  std::string name;
  std::function<void()> prepare;
  std::function<std::size_t()> run;  // how many jobs
  std::vector<double> rates;
};

void measure(Way& way) {
  way.prepare();
  const auto begin = std::chrono::steady_clock::now();
  const auto jobs = way.run();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  way.rates.push_back(static_cast<double>(jobs) / took.count());
}

double median(std::vector<double>& rates) {
  std::ranges::sort(rates);
  return rates[rates.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: queue_rates REDIS_URL [ROUNDS] [JOBS]\n");
    return 2;
  }
  const auto server = value_or_die(platform::parse_redis_url(argv[1]));
  const auto rounds = argc > 2 ? parse_number<int>(argv[2]).value_or(5) : 5;
  const auto jobs = make_jobs(argc > 3 ? parse_number<std::size_t>(argv[3]).value_or(20'000) : 20'000);
  BareList list(server, jobs);
  queue::RedisJobQueue queue({.server = server, .limits = {}, .prefix = std::string(kPrefix), .seed = 1});
  const auto fill_list = [&] { list.fill(); };
  const auto fill_queue = [&] { enqueue_all(queue, jobs); };
  std::vector<Way> ways{
      {"LMOVE, LREM: one a round trip", fill_list, [&] { return list.drain(1); }, {}},
      {"LMOVE, LREM: 100 a round trip", fill_list, [&] { return list.drain(100); }, {}},
      {"queue: lease 1, acknowledge 1", fill_queue, [&] { return drain(queue, 1); }, {}},
      {"queue: lease 100, acknowledge 1", fill_queue, [&] { return drain(queue, 100); }, {}},
      {"queue: enqueue",
       [] {},
       [&] {
         enqueue_all(queue, jobs);
         return jobs.size();
       },
       {}},
  };
  for (int round = 0; round < rounds; ++round) {
    for (auto& way : ways) measure(way);
    drain(queue, 1000);  // what the last way has put there
  }
  fmt::print("{} jobs, {} rounds; jobs a second\n", jobs.size(), rounds);
  const auto bare = median(ways.front().rates);
  for (auto& way : ways)
    fmt::print("  {:<33} {:>8.0f}  ({:.0f} to {:.0f}), {:.2f} of the first\n", way.name, median(way.rates),
               way.rates.front(), way.rates.back(), median(way.rates) / bare);
}
