// SPDX-License-Identifier: Apache-2.0
#include "tinyml/device/dsp/raw.h"

#include <fmt/core.h>

#include <memory>

#include "tinyml/ops/lowering.h"
#include "tinyml/ops/operator.h"
#include "tinyml/ops/sensor_frame.h"

namespace tinyml::ops {
namespace {

void check(const Raw& op) {
  check_frame(op.frame, op.kName);
  if (op.frame.samples != 1 || op.frame.hop != 1) {
    throw Error(ErrorKind::invalid_argument,
                fmt::format("raw: a frame of {} samples every {}: its frames are single samples, 1 and 1",
                            op.frame.samples, op.frame.hop));
  }
  check_standardisation(op.offset, op.scale, op.frame.channels, op.kName);
}

}  // namespace

void infer(const Raw& op, Graph& graph, const Node& node) {
  check(op);
  infer_sensor(op.frame, op.frame.channels, op.kName, graph, node);
}

int64_t macs(const Raw&, const Graph& graph, const Node& node) {
  return elements(graph[node.outputs.at(0)].shape);
}

void forward(const Raw& op, FloatForward& pass) {
  for_each_channel(op.frame, pass, [](std::span<const double> samples, std::vector<double>& features) {
    features.push_back(samples[0]);
  });
}

KernelCall lower(const Raw& op, const Graph& graph, const Node& node, const Target&) {
  check(op);
  std::vector<FeatureAffine> affine;
  for (int32_t c = 0; c < op.frame.channels; ++c) {
    const auto i = static_cast<size_t>(c);
    affine.push_back(feature_affine(unit_of(op.frame, c), 0, offset_of(op.offset, i), scale_of(op.scale, i)));
  }
  const device::RawParams params{graph[node.outputs.at(0)].shape.at(1), op.frame.channels};
  KernelCall call;
  call.header = "tinyml/device/dsp/raw.h";
  call.function = "raw";
  call.parameters = list_parameters(params);
  call.tables = {affine_table(affine)};
  call.run = [params, tables = std::make_shared<const std::vector<Table>>(call.tables)](
                 std::span<const void* const> inputs, std::span<void* const> outputs, void*) {
    device::raw(params, static_cast<const int16_t*>(inputs[0]), values_of<int32_t>((*tables)[0]),
                static_cast<int8_t*>(outputs[0]));
  };
  return call;
}

}  // namespace tinyml::ops
