// SPDX-License-Identifier: Apache-2.0
#include "tinyml/train/anomaly.h"

#include <fmt/core.h>

#include <array>
#include <utility>

#include "tinyml/train/anomaly_builder.h"

namespace tinyml::train {
namespace {

constexpr std::array<std::pair<AnomalyMethod, std::string_view>, 5> kMethods{
    {{AnomalyMethod::mahalanobis, "mahalanobis"},
     {AnomalyMethod::kmeans, "kmeans"},
     {AnomalyMethod::gmm, "gmm"},
     {AnomalyMethod::autoencoder, "autoencoder"},
     {AnomalyMethod::lstm, "lstm"}}};

}  // namespace

AnomalyMethod parse_anomaly_method(std::string_view name) {
  for (const auto& [method, text] : kMethods) {
    if (text == name) return method;
  }
  throw Error(ErrorKind::invalid_argument,
              fmt::format("unknown method \"{}\": mahalanobis, kmeans, gmm, autoencoder or lstm", name));
}

std::string_view name_of(AnomalyMethod method) {
  for (const auto& [value, text] : kMethods) {
    if (value == method) return text;
  }
  return "?";
}

AnomalyNet train_anomaly(const Shape& input, const FeatureRows& normal, const FeatureRows& held_out,
                         const AnomalyOptions& options, ThreadPool& pool) {
  TINYML_CHECK(input.size() == 4 && input[0] == 1);
  constexpr size_t kLeast = 8;
  if (normal.size() < kLeast || held_out.empty()) {
    throw Error(
        ErrorKind::invalid_argument,
        fmt::format("{} normal windows to learn from and {} held out are too few: give at least {} and 1",
                    normal.size(), held_out.size(), kLeast));
  }
  if (!(options.shrinkage >= 0 && options.shrinkage <= 1)) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("a shrinkage of {} is outside [0, 1]", options.shrinkage));
  }
  if (options.clusters < 1) {
    throw Error(ErrorKind::invalid_argument, fmt::format("{} clusters: give at least 1", options.clusters));
  }
  if (options.merge < 1 || options.merge > elements(input)) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("merging {} features is outside [1, {}]", options.merge, elements(input)));
  }
  AnomalyBuilder builder(input, normal, options, pool);
  if (options.method == AnomalyMethod::lstm) {
    constexpr int32_t kFewestSteps = 4;
    if (input[1] < kFewestSteps) {
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("the lstm method foretells samples, and a window of {} has too few: use raw "
                              "samples, at least {} a window",
                              input[1], kFewestSteps));
    }
    builder.forecast();
  } else {
    builder.features_to_score();
  }
  return builder.finish(held_out);
}

}  // namespace tinyml::train
