// SPDX-License-Identifier: Apache-2.0
// How large an anomaly net is on the board, and the search for the best that is small enough.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "tinyml/boards/boards.h"
#include "tinyml/formats/tflite.h"
#include "tinyml/project/anomaly/anomaly_detector_state.h"
#include "tinyml/run/float_engine.h"

namespace tinyml {
namespace {

using train::AnomalyMethod;
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

/// Width and depth as train makes them where they are not given.
int32_t width_of(const AnomalyOptions& o) {
  return o.size.width > 0 ? o.size.width : o.method == AnomalyMethod::lstm ? train::kForecastUnits : 32;
}
int32_t depth_of(const AnomalyOptions& o) { return std::max(1, o.size.depth); }

std::string describe(const AnomalyOptions& o) {
  const std::string curves = o.context > 0 ? fmt::format(", {} knots a context", o.knots) : "";
  switch (o.method) {
    case AnomalyMethod::mahalanobis:
      return (o.shrinkage >= 1 ? "mahalanobis without correlations" : "mahalanobis") + curves;
    case AnomalyMethod::kmeans:
      return fmt::format("kmeans of {} cluster(s){}", o.clusters, curves);
    case AnomalyMethod::gmm:
      return fmt::format("gmm of {} cluster(s){}", o.clusters, curves);
    case AnomalyMethod::autoencoder:
      return fmt::format("autoencoder of width {} and depth {}{}", width_of(o), depth_of(o),
                         o.shrinkage >= 1 ? ", errors without correlations" : "");
    case AnomalyMethod::lstm:
      return fmt::format("lstm of {} units in {} layer(s)", width_of(o), depth_of(o));
  }
  return "";
}

/// Options from large to small.
using Ladder = std::vector<AnomalyOptions>;

/// Ladders of the same method that begin at `from` or below; the first that has something that fits counts
/// before those of the next group.
std::vector<std::vector<Ladder>> ladders(const AnomalyOptions& from) {
  const auto changed = [](AnomalyOptions o, auto change) {
    change(o);
    return o;
  };
  const auto add_fewer_knots = [&](Ladder& ladder) {
    const AnomalyOptions smallest = ladder.back();
    for (const int32_t knots : {8, 4, 2}) {
      if (smallest.context == 0 || knots >= smallest.knots) continue;
      ladder.push_back(changed(smallest, [&](AnomalyOptions& o) { o.knots = knots; }));
    }
  };
  Ladder ladder{from};
  switch (from.method) {
    case AnomalyMethod::mahalanobis:
      if (from.shrinkage < 1) ladder.push_back(changed(from, [](AnomalyOptions& o) { o.shrinkage = 1; }));
      add_fewer_knots(ladder);
      return {{ladder}};
    case AnomalyMethod::kmeans:
    case AnomalyMethod::gmm:
      for (int32_t k = from.clusters - 1; k >= 1; --k) {
        ladder.push_back(changed(from, [&](AnomalyOptions& o) { o.clusters = k; }));
      }
      add_fewer_knots(ladder);
      return {{ladder}};
    case AnomalyMethod::autoencoder:
    case AnomalyMethod::lstm:
      break;
  }
  std::vector<std::vector<Ladder>> groups;
  std::vector<double> shrinkages{from.shrinkage};
  if (from.shrinkage < 1) shrinkages.push_back(1);
  for (const double shrinkage : shrinkages) {
    groups.emplace_back();
    for (int32_t depth = depth_of(from); depth >= 1; --depth) {
      Ladder widths;
      for (int32_t width = width_of(from); width >= 2; width -= width > 32 ? 8 : width > 16 ? 4 : 2) {
        widths.push_back(changed(from, [&](AnomalyOptions& o) {
          o.shrinkage = shrinkage;
          o.size.width = width;
          o.size.depth = depth;
        }));
      }
      groups.back().push_back(std::move(widths));
    }
  }
  groups[0][0][0] = from;
  return groups;
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
  SizeSearch(const State& state, double limit_kb)
      : state_(state),
        limit_(static_cast<int64_t>(limit_kb * kKilobyte)),
        core_(boards::find_board(state.config.board).core),
        probe_{some_of(state.rows.normal, 256), some_of(state.rows.held_out, 16)} {
    try {
      const project::AnomalyFlash flash = project::measure_flash(state.program(), core_);
      features_ = flash.features;
      score_ = flash.score;
    } catch (const Error& error) {  // no compiler, or none for this core
      if (error.kind() != ErrorKind::not_found && error.kind() != ErrorKind::unsupported) throw;
      measured_ = false;
      const auto model = state.program().generate({core_, Mode::balanced}, "tinyml");
      features_ = model.features ? model.features->table_bytes : 0;
      score_ = kScoreTable;
    }
  }

  Sizes sizes_of(const Graph& net) const {
    Sizes sizes{static_cast<int64_t>(formats::write_tflite(net).size()), score_};
    sizes.flash += measured_ ? project::measure_net_flash(net, core_)
                             : project::generate(net, {}, {core_, Mode::balanced}, "tinyml").table_bytes;
    return sizes;
  }
  bool fits(const Sizes& sizes) const { return sizes.larger() <= limit_; }
  bool measured() const { return measured_; }
  int64_t feature_bytes() const { return features_; }

  struct Found {
    std::unique_ptr<State::Trained> model;
    Sizes sizes;
  };
  /// The best that fits; nothing where nothing does.
  std::optional<Found> best(const AnomalyOptions& from) {
    for (const std::vector<Ladder>& group : ladders(from)) {
      std::optional<Found> best;
      double least = INFINITY;
      for (const Ladder& ladder : group) {
        std::optional<Found> found = largest(ladder);
        if (!found) continue;
        const double error = group.size() > 1 ? error_of(*found->model) : 0;
        if (!best || error < least) {
          least = error;
          best = std::move(found);
        }
      }
      if (best) return best;
    }
    return {};
  }

  /// The smallest of all.
  Sizes smallest(const AnomalyOptions& from) const {
    AnomalyOptions options = ladders(from).back().back().back();
    options.training.epochs = 1;
    return sizes_of(state_.learn(options, state_.rows)->int8_net);
  }

 private:
  bool probably_fits(AnomalyOptions options) const {
    options.training.epochs = 1;
    const Graph net = state_.learn(options, probe_)->int8_net;
    const auto file = static_cast<int64_t>(formats::write_tflite(net).size());
    return fits({file, 0}) && fits(sizes_of(net));  // nothing is compiled for what is too large as a file
  }

  std::optional<Found> largest(const Ladder& ladder) const {
    size_t low = 0, high = ladder.size();  // sizes fall along a ladder
    while (low < high) {
      check_interrupt();
      const size_t middle = (low + high) / 2;
      if (probably_fits(ladder[middle])) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    for (size_t i = low; i < ladder.size(); ++i) {
      Found found{state_.learn(ladder[i], state_.rows), {}};
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
  int64_t limit_;
  Core core_;
  State::Rows probe_;
  bool measured_ = true;
  int64_t features_ = 0, score_ = 0;
};

Model AnomalyDetector::export_tflite_micro(const std::string& quantization,
                                           std::optional<double> model_size_kb) {
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
  SizeSearch search(s, limit_kb);
  AnomalyOptions asked = s.options(s.rows.normal.size());
  asked.context = s.model->options.context;
  const bool as_asked = s.rows.normal.empty() || describe(asked) == describe(s.model->options);
  const Sizes own = search.sizes_of(s.model->int8_net);
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
  const Sizes least = search.smallest(asked);
  std::optional<SizeSearch::Found> found;
  if (search.fits(least)) found = search.best(asked);
  if (!found) {
    reject(fmt::format("no {} fits in {} KB: the smallest takes {:.1f} KB ({}; 1 KB is 1,024 bytes)",
                       name_of(asked.method), limit_kb, std::ceil(kilobytes(least.larger()) * 10) / 10,
                       to_text(least)));
  }
  s.model = std::move(found->model);
  s.evaluation = {};
  return settle(found->sizes, describe(asked) + (as_asked ? ": " + to_text(own) : ""));
}

}  // namespace tinyml
