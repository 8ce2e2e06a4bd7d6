// SPDX-License-Identifier: Apache-2.0
// Milliseconds of a training step (forward, loss, backward, Adam): training_step [--net NAME] [--batch N]
// [--threads N] [--steps N] [--json]. One line a net, batch and number of threads, the steps of all of them
// interleaved; `of sgemm` is the step's multiply-adds a second against this library's own matrix product on
// one thread times the threads.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "tinyml/base/random.h"
#include "tinyml/kernels/gemm.h"
#include "tinyml/kernels/optimizer.h"
#include "tinyml/ops/operator.h"
#include "tinyml/run/float_engine.h"
#include "tinyml/train/architectures.h"
#include "tinyml/train/loss.h"

using namespace tinyml;

namespace {

constexpr int kClasses = 12;

template <class Body>
double milliseconds(const Body& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

// Steps of one net on random data.
class Steps {
 public:
  Steps(const std::string& net, int32_t batch, int threads)
      : net_(net),
        pool_(threads),
        graph_(train::build_architecture(net, {1, 49, net == "ds_cnn" ? 10 : 40, 1}, kClasses, 1)),
        engine_(graph_, batch, pool_),
        m_(engine_.parameters().size()),
        v_(engine_.parameters().size()),
        targets_(static_cast<size_t>(batch) * kClasses),
        weights_(static_cast<size_t>(batch), 1.0f) {
    Random random(2);
    for (float& value : engine_.input()) value = static_cast<float>(random.normal());
    for (int32_t row = 0; row < batch; ++row) {
      targets_[static_cast<size_t>(row) * kClasses + random.below(kClasses)] = 1;
    }
  }

  void step() {
    times_.push_back(milliseconds([&] {
      engine_.forward(true, static_cast<uint64_t>(++step_));
      train::softmax_cross_entropy(engine_.output(), targets_, weights_, kClasses, engine_.output_gradient());
      engine_.backward();
      kernels::AdamStep options;
      options.step = step_;
      kernels::adam(options, engine_.gradients().data(), static_cast<int64_t>(m_.size()), m_.data(),
                    v_.data(), engine_.parameters().data());
    }));
  }
  void forget() { times_.clear(); }

  nlohmann::json report(double sgemm) const {
    const double ms = median(times_);
    // Forward, gradient of the weights and gradient of the input: three products a layer.
    const double gflops = 6e-6 * static_cast<double>(ops::macs(graph_)) * engine_.batch() / ms;
    return {{"net", net_},
            {"batch", engine_.batch()},
            {"threads", pool_.threads()},
            {"ms", ms},
            {"fastest_ms", *std::min_element(times_.begin(), times_.end())},
            {"gflops", gflops},
            {"of_sgemm", gflops / (sgemm * pool_.threads())}};
  }

 private:
  std::string net_;
  ThreadPool pool_;
  Graph graph_;
  run::FloatEngine engine_;
  std::vector<float> m_, v_, targets_, weights_;
  std::vector<double> times_;
  int64_t step_ = 0;
};

// One product of 768 x 768 matrices, in GFLOP/s.
double sgemm() {
  constexpr int64_t n = 768;
  static const std::vector<float> a(n * n, 1.0f), b(n * n, 1.0f);
  static std::vector<float> c(n * n);
  kernels::Gemm g{.m = n, .n = n, .k = n};
  g.a = a.data();
  g.b = b.data();
  g.c = c.data();
  g.a_row_stride = g.b_row_stride = g.c_row_stride = n;
  return 2e-6 * n * n * n / milliseconds([&] { kernels::gemm(g); });
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> nets{"ds_cnn", "hybrid"};
  std::vector<int32_t> batches{32, 128};
  std::vector<int> threads{1, 2};
  int steps = 60;
  bool json = false;
  CLI::App app("Times training steps");
  app.add_option("--net", nets, "architectures")->delimiter(',');
  app.add_option("--batch", batches, "examples a step")->delimiter(',');
  app.add_option("--threads", threads)->delimiter(',');
  app.add_option("--steps", steps, "timed steps of each");
  app.add_flag("--json", json, "one JSON array");
  CLI11_PARSE(app, argc, argv);

  std::vector<std::unique_ptr<Steps>> all;
  for (const std::string& net : nets) {
    for (const int32_t batch : batches) {
      for (const int count : threads) all.push_back(std::make_unique<Steps>(net, batch, count));
    }
  }
  std::vector<double> products;
  for (int i = -5; i < steps; ++i) {
    for (auto& one : all) {
      if (i == 0) one->forget();
      one->step();
    }
    products.push_back(sgemm());
  }

  nlohmann::json rows = nlohmann::json::array();
  for (const auto& one : all) rows.push_back(one->report(median(products)));
  if (json) {
    fmt::print("{}\n", rows.dump());
    return 0;
  }
  fmt::print("sgemm 768: {:.1f} GFLOP/s on one thread\n", median(products));
  fmt::print("{:<14} {:>5} {:>7} {:>8} {:>8} {:>8} {:>8}\n", "net", "batch", "threads", "ms", "fastest",
             "GFLOP/s", "of sgemm");
  for (const auto& row : rows) {
    fmt::print("{:<14} {:>5} {:>7} {:>8.2f} {:>8.2f} {:>8.1f} {:>7.0f}%\n", row["net"].get<std::string>(),
               row["batch"].get<int>(), row["threads"].get<int>(), row["ms"].get<double>(),
               row["fastest_ms"].get<double>(), row["gflops"].get<double>(),
               100 * row["of_sgemm"].get<double>());
  }
}
