// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "tests/cases/graph_grower.h"

namespace tinyml::tests {

namespace {

TensorId movable(GraphGrower& g) { return g.any_value(g.either()); }

int32_t inner_axis(GraphGrower& g, TensorId x) {
  return g.between(1, static_cast<int32_t>(std::ssize(g[x].shape)) - 1);
}

bool reshape(GraphGrower& g) {
  const TensorId x = movable(g);
  auto rest = static_cast<int32_t>(elements(g[x].shape));
  Shape shape = {1};
  for (int32_t rank = g.between(2, 4); std::ssize(shape) + 1 < rank;) {
    std::vector<int32_t> divisors;
    for (int32_t i = 1; i <= rest; ++i) {
      if (rest % i == 0) divisors.push_back(i);
    }
    shape.push_back(divisors[g.random().below(divisors.size())]);
    rest /= shape.back();
  }
  shape.push_back(rest);
  return g.add(Reshape{shape}, {x}, {g.result_like(x)});
}

bool concatenation(GraphGrower& g) {
  const TensorId x = movable(g);
  std::vector<TensorId> inputs;
  for (int32_t i = g.between(1, 4); i > 0; --i) inputs.push_back(x);
  const Concatenation op{inner_axis(g, x), g.one_in(4) && std::ssize(g[x].shape) < 4};
  return g.add(op, inputs, {g.result_like(x)});
}

bool split(GraphGrower& g) {
  const TensorId x = movable(g);
  Split op;
  op.axis = inner_axis(g, x);
  int32_t rest = g[x].shape[static_cast<size_t>(op.axis)];
  op.drops_axis = rest <= 6 && std::ssize(g[x].shape) > 2 && g.one_in(3);
  while (rest > 0) {
    op.extents.push_back(op.drops_axis ? 1 : std::ssize(op.extents) == 3 ? rest : g.between(1, rest));
    rest -= op.extents.back();
  }
  std::vector<TensorId> outputs;
  for (size_t i = 0; i < op.extents.size(); ++i) outputs.push_back(g.result_like(x));
  return g.add(op, {x}, outputs);
}

bool strided_slice(GraphGrower& g) {
  const TensorId x = movable(g);
  StridedSlice op;
  const Shape in = g[x].shape;
  for (size_t axis = 0; axis < in.size(); ++axis) {
    const int32_t bit = 1 << axis;
    if (axis == 0 || g.one_in(3)) {
      op.begin.push_back(0), op.end.push_back(0), op.strides.push_back(1);
      op.begin_mask |= bit, op.end_mask |= bit;
      continue;
    }
    const int32_t first = g.between(0, in[axis] - 1), last = g.between(first, in[axis] - 1);
    const bool backwards = g.one_in(4);
    op.begin.push_back(backwards ? last - in[axis] : first);
    op.end.push_back(backwards ? first - 1 - in[axis] : last + 1);
    op.strides.push_back(backwards ? -g.between(1, 2) : g.between(1, 3));
  }
  return g.add(op, {x}, {g.result_like(x)});
}

bool transpose(GraphGrower& g) {
  const TensorId x = movable(g);
  Transpose op;
  op.permutation.resize(g[x].shape.size());
  std::iota(op.permutation.begin(), op.permutation.end(), 0);
  for (size_t i = op.permutation.size() - 1; i > 1; --i) {
    std::swap(op.permutation[i], op.permutation[1 + g.random().below(i)]);
  }
  return g.add(op, {x}, {g.result_like(x)});
}

bool space_to_depth(GraphGrower& g) {
  const TensorId x = g.value(4);
  SpaceToDepth op;
  op.block = g.between(2, 3);
  const Shape in = g[x].shape;
  const bool forward = in[1] % op.block == 0 && in[2] % op.block == 0;
  op.inverse = !forward;
  if (op.inverse && in[3] % (op.block * op.block) != 0) return false;
  return g.add(op, {x}, {g.result_like(x)});
}

bool pad(GraphGrower& g) {
  const TensorId x = movable(g);
  Pad op;
  op.mode = g.one_of({PadMode::constant, PadMode::constant, PadMode::reflect, PadMode::symmetric});
  if (g[x].dtype == DType::int16) op.mode = PadMode::constant;  // as TensorFlow Lite Micro has it
  for (size_t axis = 0; axis < g[x].shape.size(); ++axis) {
    const int32_t extent = g[x].shape[axis];
    const int32_t most = axis == 0                       ? 0
                         : op.mode == PadMode::constant  ? 3
                         : op.mode == PadMode::symmetric ? std::min(3, extent)
                                                         : std::min(3, extent - 1);
    op.before.push_back(g.between(0, most));
    op.after.push_back(g.between(0, most));
  }
  if (op.mode == PadMode::constant && g.one_in(2)) {
    op.value =
        g[x].quantization.scale() * static_cast<float>(g.between(-128, 127) - g[x].quantization.zero_point());
  }
  return g.add(op, {x}, {g.result_like(x)});
}

bool resize(GraphGrower& g) {
  const TensorId x = g.value(4, g.either());
  Resize op;
  op.interpolation = g.one_of({Interpolation::nearest, Interpolation::bilinear});
  if (g[x].dtype == DType::int16) op.interpolation = Interpolation::nearest;
  op.height = g.between(1, 12);
  op.width = g.between(1, 12);
  const int32_t mode = g.between(0, 2);
  op.align_corners = mode == 1;
  op.half_pixel_centers = mode == 2;
  return g.add(op, {x}, {g.result_like(x)});
}

bool gather(GraphGrower& g) {
  const TensorId x = g.any_value();
  const int32_t axis = inner_axis(g, x);
  const TensorId indices =
      g.builder().indices({g.between(1, 6)}, g[x].shape[static_cast<size_t>(axis)], true);
  return g.add(Gather{axis, 0}, {x, indices}, {g.result_like(x)});
}

}  // namespace

std::vector<Grow> movement_growth() {
  return {reshape, concatenation, split, strided_slice, transpose, space_to_depth, pad, resize, gather};
}

}  // namespace tinyml::tests
