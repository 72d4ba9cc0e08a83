#pragma once

// An mtr as a table: a row a hop, with the loss that matters told from the loss that does not. Pure functions.

#include <cstdint>
#include <string>
#include <vector>

#include "app/text/trace_text.hpp"
#include "model/measurement.hpp"

namespace cw::app {

// What the missing answers of a hop mean.
enum class LossMeaning : std::uint8_t {
  none,            // every probe was answered
  no_answer,       // it never answers: nothing is known of loss there
  limits_answers,  // later hops lose less, so the packets got through: the router answers less often
  loss,            // at least this much is lost from here on
};

// For each hop of a trace or mtr, in order. `loss` is what is lost on the way to it and beyond, from 0 to 1: the
// least that it or any later answering hop shows, as a packet that came back from farther on was not lost here.
struct HopLoss {
  LossMeaning meaning = LossMeaning::none;
  double loss = 0;
};
std::vector<HopLoss> judge_loss(const std::vector<Hop>& hops);

// The heading of the columns and a line a hop.
std::string mtr_table(const std::vector<Hop>& hops, Family family, const TextStyle& style);

// Heading, table and summary: what a pipe gets.
std::string mtr_report(const Measurement& measurement, const std::optional<AsPath>& as_path, const TextStyle& style);

}  // namespace cw::app
