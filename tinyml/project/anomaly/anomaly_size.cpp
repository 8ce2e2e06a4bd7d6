// SPDX-License-Identifier: Apache-2.0
// How large an anomaly net is on the board, and the search for the best that is small enough.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "tinyml/boards/boards.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/project/anomaly/anomaly_detector_state.h"
#include "tinyml/project/anomaly/anomaly_ladders.h"
#include "tinyml/run/float_engine.h"

namespace tinyml {
namespace {

using project::describe;
using project::Ladder;
using train::AnomalyOptions;

constexpr double kKilobyte = 1024;
constexpr int64_t kScoreTable = 256;  // bytes

double kilobytes(int64_t bytes) { return static_cast<double>(bytes) / kKilobyte; }

struct Sizes {
  int64_t tflite = 0, flash = 0;
  int64_t larger() const { return std::max(tflite, flash); }
};

std::string to_text(const Sizes& sizes) {
  return fmt::format("file {:.1f} KB, flash {:.1f} KB", kilobytes(sizes.tflite), kilobytes(sizes.flash));
}

/// Every so many of the rows, so that there are at most `most`.
std::vector<std::vector<int8_t>> some_of(const std::vector<std::vector<int8_t>>& rows, size_t most) {
  std::vector<std::vector<int8_t>> chosen;
  const size_t count = std::min(most, rows.size());
  for (size_t i = 0; i < count; ++i) chosen.push_back(rows[i * rows.size() / count]);
  return chosen;
}

}  // namespace

/// Trains, measures and chooses.
class AnomalyDetector::SizeSearch {
 public:
  SizeSearch(const State& state, double limit_kb, const ProgressHook& progress)
      : state_(state),
        progress_(progress),
        limit_(static_cast<int64_t>(limit_kb * kKilobyte)),
        core_(boards::find_board(state.config.board).core),
        probe_{some_of(state.rows.normal, 256), some_of(state.rows.held_out, 16)} {
    try {
      const project::AnomalyFlash flash = project::measure_flash(state.program(), core_);
      features_ = flash.features;
      score_ = flash.score;
      own_ = {file_bytes(state.model->int8_net), flash.net + flash.score};
    } catch (const Error& error) {  // no compiler, or none for this core
      if (error.kind() != ErrorKind::not_found && error.kind() != ErrorKind::unsupported) throw;
      measured_ = false;
      const auto model = state.program().generate({core_, Mode::balanced}, "tinyml");
      features_ = model.features ? model.features->table_bytes : 0;
      score_ = kScoreTable;
      own_ = uncompiled_sizes_of(state.model->int8_net);
    }
  }

  /// Of the trained net.
  const Sizes& own() const { return own_; }
  bool fits(const Sizes& sizes) const { return sizes.larger() <= limit_; }
  bool measured() const { return measured_; }
  int64_t feature_bytes() const { return features_; }

  struct Found {
    std::unique_ptr<State::Trained> model;
    Sizes sizes;
  };
  /// The best that fits; nothing where nothing does.
  std::optional<Found> best(const AnomalyOptions& from) {
    const std::vector<std::vector<Ladder>> groups = project::ladders(from);
    if (!fits(uncompiled_sizes_of(probed(groups.back().back().back())))) return {};
    ladders_done_ = ladders_ = 0;
    for (const std::vector<Ladder>& group : groups) ladders_ += static_cast<int64_t>(group.size());
    for (const std::vector<Ladder>& group : groups) {
      std::optional<Found> best;
      double least = INFINITY;
      for (const Ladder& ladder : group) {
        std::optional<Found> found = largest(ladder);
        ++ladders_done_;
        if (!found) continue;
        const double error = group.size() > 1 ? error_of(*found->model) : 0;
        if (!best || error < least) {
          least = error;
          best = std::move(found);
        }
      }
      if (!best) continue;
      ladders_done_ = ladders_;
      tell(describe(best->model->options));
      return best;
    }
    return {};
  }

  /// The smallest of all.
  Sizes smallest(const AnomalyOptions& from) const {
    AnomalyOptions options = project::ladders(from).back().back().back();
    options.training.epochs = 1;
    return sizes_of(state_.learn(options, state_.rows)->int8_net);
  }

 private:
  static int64_t file_bytes(const Graph& net) {
    return static_cast<int64_t>(formats::write_tflite(net).size());
  }
  /// Flash is of tables alone: what is too large so is too large.
  Sizes uncompiled_sizes_of(const Graph& net) const {
    return {file_bytes(net),
            score_ + project::generate(net, {}, {core_, Mode::balanced}, "tinyml").table_bytes};
  }
  Sizes sizes_of(const Graph& net) const {
    return measured_ ? Sizes{file_bytes(net), score_ + project::measure_net_flash(net, core_)}
                     : uncompiled_sizes_of(net);
  }

  void tell(const std::string& detail) const {
    if (progress_) progress_({"fitting", ladders_done_, ladders_, -1, detail});
  }

  /// A net of these options that hardly learned: about as large as one that did.
  Graph probed(AnomalyOptions options) const {
    check_interrupt();
    options.training.epochs = 1;
    return state_.learn(options, probe_)->int8_net;
  }

  /// Trains in full what fits as it is probed. Sizes fall along a ladder.
  std::optional<Found> largest(const Ladder& ladder) const {
    const auto first_from = [&](size_t from, auto fits_as_net) {
      size_t low = from, high = ladder.size();
      while (low < high) {
        const size_t middle = (low + high) / 2;
        tell(describe(ladder[middle]));
        if (fits_as_net(probed(ladder[middle]))) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return low;
    };
    const auto fits_compiled = [&](const Graph& net) { return fits(sizes_of(net)); };
    size_t i = first_from(0, [&](const Graph& net) { return fits(uncompiled_sizes_of(net)); });
    if (i < ladder.size() && !fits_compiled(probed(ladder[i]))) i = first_from(i + 1, fits_compiled);
    for (; i < ladder.size(); ++i) {
      AnomalyOptions options = ladder[i];
      tell(describe(options));
      options.training.progress = progress_;
      Found found{state_.learn(options, state_.rows), {}};
      found.sizes = sizes_of(found.model->int8_net);
      if (fits(found.sizes)) return found;
    }
    return {};
  }

  /// The mean square of what an autoencoder fails to repeat, or an lstm to foretell, of held-out data.
  double error_of(const State::Trained& trained) const {
    Graph net = trained.float_net;
    const TensorId error = project::tensor_named(net, "error");
    TINYML_CHECK(error != kNoTensor);
    net.outputs = {error};
    run::FloatEngine engine(net, 1, state_.pool);
    double sum = 0;
    for (const auto& row : project::to_float(state_.rows.held_out)) {
      std::copy(row.begin(), row.end(), engine.input().begin());
      engine.forward(false, 0, 1);
      for (const float value : engine.output())
        sum += static_cast<double>(value) * static_cast<double>(value);
    }
    return sum;
  }

  const State& state_;
  const ProgressHook& progress_;
  int64_t limit_;
  Core core_;
  State::Rows probe_;
  bool measured_ = true;
  int64_t features_ = 0, score_ = 0;
  Sizes own_;
  int64_t ladders_ = 0, ladders_done_ = 0;
};

Model AnomalyDetector::export_tflite_micro(const std::string& quantization,
                                           std::optional<double> model_size_kb,
                                           const ProgressHook& progress) {
  State& s = *state_;
  s.trained();
  const auto reject = [](const std::string& message) { throw Error(ErrorKind::invalid_argument, message); };
  if (quantization != "int8" && quantization != "float32") {
    reject(fmt::format("unknown quantization \"{}\": int8 or float32", quantization));
  }
  if (model_size_kb) project::check_model_size(*model_size_kb);
  if (!model_size_kb) return Model(quantization == "int8" ? s.model->int8_net : s.model->float_net);
  if (quantization != "int8") reject("model_size_kb is for quantization \"int8\"");

  const double limit_kb = *model_size_kb;
  SizeSearch search(s, limit_kb, progress);
  AnomalyOptions asked = s.options(s.rows.normal.size());
  asked.context = s.model->options.context;
  const bool as_asked = s.rows.normal.empty() || describe(asked) == describe(s.model->options);
  const Sizes own = search.own();
  const auto settle = [&](const Sizes& sizes, const std::string& given_up) {
    s.config.model_size_kb = limit_kb;
    s.fit = {limit_kb,    describe(s.model->options), given_up,         sizes.tflite,
             sizes.flash, search.feature_bytes(),     search.measured()};
    return Model(s.model->int8_net);
  };
  if (as_asked && search.fits(own)) return settle(own, "");
  if (s.rows.normal.empty()) {
    reject(
        fmt::format("the {} does not fit in {} KB: {} (1 KB is 1,024 bytes); a loaded detector is not "
                    "made smaller: train it with this limit",
                    describe(s.model->options), limit_kb, to_text(own)));
  }
  std::optional<SizeSearch::Found> found = search.best(asked);
  if (!found) {
    const Sizes least = search.smallest(asked);
    reject(fmt::format("no {} fits in {} KB: the smallest takes {:.1f} KB ({}; 1 KB is 1,024 bytes)",
                       name_of(asked.method), limit_kb, std::ceil(kilobytes(least.larger()) * 10) / 10,
                       to_text(least)));
  }
  s.model = std::move(found->model);
  s.evaluation = {};
  return settle(found->sizes, describe(asked) + (as_asked ? ": " + to_text(own) : ""));
}

}  // namespace tinyml
