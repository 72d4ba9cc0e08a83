#include "core/time.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cstdint>
#include <optional>

#include "core/text.hpp"

namespace cw {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// Nanoseconds since 1970 in 64 bits reach from 1677 to 2262; these are the whole years among them.
constexpr std::chrono::sys_seconds first_second = std::chrono::sys_days(std::chrono::year(1678) / 1 / 1);
constexpr std::chrono::sys_seconds end_of_time = std::chrono::sys_days(std::chrono::year(2262) / 1 / 1);

// Takes text from the front, part by part; its error is sticky, as a byte reader's is.
class TextReader {
 public:
  explicit TextReader(std::string_view text) : text_(text) {}

  int digits(std::size_t count) {
    if (text_.size() < count || !all_digits(text_.substr(0, count))) {
      ok_ = false;
      return 0;
    }
    const auto value = parse_number<int>(text_.substr(0, count));
    text_.remove_prefix(count);
    return value.value_or(0);
  }
  void expect(char lower) {
    if (!take(lower)) ok_ = false;
  }
  bool take(char lower) {
    if (text_.empty() || (text_.front() != lower && text_.front() != std::toupper(lower))) return false;
    text_.remove_prefix(1);
    return true;
  }
  // The digits after a decimal point as nanoseconds; what is finer is cut off.
  std::chrono::nanoseconds fraction() {
    std::int64_t nanoseconds = 0;
    std::int64_t unit = 100'000'000;
    std::size_t count = 0;
    while (count < text_.size() && text_[count] >= '0' && text_[count] <= '9') {
      nanoseconds += (text_[count] - '0') * unit;
      unit /= 10;
      ++count;
    }
    if (count == 0) ok_ = false;
    text_.remove_prefix(count);
    return std::chrono::nanoseconds(nanoseconds);
  }
  void refuse() { ok_ = false; }
  [[nodiscard]] bool finished() const { return ok_ && text_.empty(); }

 private:
  static bool all_digits(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos;
  }

  std::string_view text_;
  bool ok_ = true;
};

// "Z", "+01:00" or "-05:30", as what has to be taken off the written time.
seconds read_offset(TextReader& in) {
  if (in.take('z')) return seconds::zero();
  const int sign = in.take('-') ? -1 : 1;
  if (sign == 1) in.expect('+');
  const auto offset_hours = hours(in.digits(2));
  in.expect(':');
  const auto offset_minutes = minutes(in.digits(2));
  if (offset_minutes >= hours(1)) in.refuse();
  return sign * (offset_hours + offset_minutes);
}

std::optional<Instant> read_rfc3339(TextReader& in) {
  const int year = in.digits(4);
  in.expect('-');
  const auto month = static_cast<unsigned>(in.digits(2));
  in.expect('-');
  const auto day = static_cast<unsigned>(in.digits(2));
  in.expect('t');
  const int hour = in.digits(2);
  in.expect(':');
  const int minute = in.digits(2);
  in.expect(':');
  const int second = in.digits(2);
  const auto fraction = in.take('.') ? in.fraction() : Duration::zero();
  const auto offset = read_offset(in);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  // Second 60 is a leap second (RFC 3339, section 5.7); system time has none, so it becomes the next second.
  if (!in.finished() || !date.ok() || hour > 23 || minute > 59 || second > 60 || offset <= -days(1) ||
      offset >= days(1))
    return std::nullopt;
  const std::chrono::sys_seconds whole =
      std::chrono::sys_days(date) + hours(hour) + minutes(minute) + seconds(second) - offset;
  if (whole < first_second || whole >= end_of_time) return std::nullopt;
  return whole + fraction;
}

}  // namespace

std::string format_rfc3339(Instant instant) {
  const auto day = std::chrono::floor<days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::microseconds>(instant - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count(), time.subseconds().count());
}

Result<Instant> parse_rfc3339(std::string_view text) {
  TextReader in(text);
  if (const auto instant = read_rfc3339(in)) return *instant;
  return fail(ErrorKind::invalid,
              fmt::format("\"{}\" is not a time: write it as 2026-11-22T10:00:00Z", printable(text, 60)));
}

double to_milliseconds(Duration duration) {
  return static_cast<double>(std::chrono::round<std::chrono::microseconds>(duration).count()) / 1000.0;
}

}  // namespace cw
