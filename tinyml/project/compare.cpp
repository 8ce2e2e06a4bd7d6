// SPDX-License-Identifier: Apache-2.0
#include "tinyml/project/compare.h"

#include <fmt/core.h>

#include <cstring>

#include "tinyml/ops/front_end.h"
#include "tinyml/run/engine.h"

namespace tinyml::project {
namespace {

/// The window with zeros in front, so that it is a whole number of hops: what the device's stream takes.
std::vector<uint8_t> to_hops(const std::vector<int16_t>& window, int32_t hop_values) {
  const size_t hop = static_cast<size_t>(hop_values);
  const size_t whole = (window.size() + hop - 1) / hop * hop;
  std::vector<uint8_t> bytes(whole * sizeof(int16_t));
  std::memcpy(bytes.data() + (whole - window.size()) * sizeof(int16_t), window.data(),
              window.size() * sizeof(int16_t));
  return bytes;
}

std::vector<std::vector<int8_t>> run_host(const Graph& net, const FeatureExtractor& extractor,
                                          const std::vector<std::vector<int16_t>>& windows, Core core,
                                          ThreadPool& pool) {
  std::vector<std::vector<int8_t>> scores(windows.size());
  const auto threads = static_cast<size_t>(pool.threads());
  pool.run(threads, [&](size_t part, int) {
    run::Engine engine(net, {core, Mode::balanced});
    std::vector<int8_t> features(static_cast<size_t>(extractor.size()));
    for (size_t i = part; i < windows.size(); i += threads) {
      extractor.extract(windows[i], features);
      scores[i] = engine.run(features);
    }
  });
  return scores;
}

}  // namespace

std::vector<Agreement> compare_engines(const Graph& net, const Operator& front_end,
                                       const FeatureExtractor& extractor,
                                       const std::vector<std::vector<int16_t>>& windows,
                                       const std::vector<Core>& cores, ThreadPool& pool,
                                       const ProgressHook& progress) {
  const auto clips = static_cast<int64_t>(windows.size());
  const std::vector<std::vector<int8_t>> expected = run_host(net, extractor, windows, Core::host, pool);
  std::vector<std::vector<uint8_t>> hops;
  for (const auto& window : windows)
    hops.push_back(to_hops(window, ops::frame_of(front_end).value().hop_values));

  std::vector<Agreement> agreements;
  for (const Core core : cores) {
    const int64_t equal = count_equal_on_core(net, front_end, core, hops, expected);
    const std::string place = core == Core::host ? "the host" : fmt::format("emulated {}", name_of(core));
    agreements.push_back({"generated C++ on " + place, equal, clips});
    if (progress)
      progress(
          {"comparing", static_cast<int64_t>(agreements.size()), static_cast<int64_t>(cores.size()), -1, ""});
  }
  return agreements;
}

}  // namespace tinyml::project
