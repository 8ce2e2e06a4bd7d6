// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/strided_copy.h"

#include <algorithm>
#include <utility>

#include "tinyml/ops/lowering.h"

namespace tinyml::ops {

std::vector<int64_t> strides_of(const Shape& shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

void StridedCopy::write_in_order() {
  int64_t to = 1;
  for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
    loop->to = to;
    to *= loop->count;
  }
}

device::StridedCopyParams StridedCopy::params() const {
  std::vector<Loop> merged;  // innermost first
  int64_t run = 1;
  for (auto loop = loops.rbegin(); loop != loops.rend(); ++loop) {
    if (loop->count == 1) continue;
    if (merged.empty() && loop->from == run && loop->to == run) {
      run *= loop->count;
    } else if (!merged.empty() && loop->from == merged.back().from * merged.back().count &&
               loop->to == merged.back().to * merged.back().count) {
      merged.back().count *= loop->count;
    } else {
      merged.push_back(*loop);
    }
  }
  constexpr size_t kMostLoops = 6;
  if (merged.size() > kMostLoops) throw Error(ErrorKind::unsupported, "a copy of more than six loops");
  merged.resize(kMostLoops, {1, 0, 0});
  const auto at = [&](size_t level) -> const Loop& { return merged[kMostLoops - 1 - level]; };
  const auto number = [](int64_t value) { return static_cast<int32_t>(value); };
  return {number(run),         number(from_offset), number(to_offset),   number(at(0).count),
          number(at(1).count), number(at(2).count), number(at(3).count), number(at(4).count),
          number(at(5).count), number(at(0).from),  number(at(1).from),  number(at(2).from),
          number(at(3).from),  number(at(4).from),  number(at(5).from),  number(at(0).to),
          number(at(1).to),    number(at(2).to),    number(at(3).to),    number(at(4).to),
          number(at(5).to)};
}

StridedCopy StridedCopy::reversed() const {
  StridedCopy back{loops, to_offset, from_offset};
  for (Loop& loop : back.loops) std::swap(loop.from, loop.to);
  return back;
}

void run(const StridedCopy& copy, const float* input, float* output) {
  device::strided_copy(copy.params(), input, output);
}

namespace {

/// Whether each element is read at a higher address than those before.
bool reads_in_order(const StridedCopy& copy) {
  int64_t reach = 1;
  for (auto loop = copy.loops.rbegin(); loop != copy.loops.rend(); ++loop) {
    if (loop->count == 1) continue;
    if (loop->from < reach) return false;
    reach = loop->from * loop->count;
  }
  return true;
}

}  // namespace

KernelCall copy_call(const StridedCopy& copy, DType dtype) {
  const int64_t lead = reads_in_order(copy) ? 0 : -1;
  return with_element_bits(dtype, [&]<class T>(T) {
    KernelCall call = make_typed_call<T>(Types<T>{}, Types<>{}, "strided_copy.h", "strided_copy",
                                         copy.params(), {}, 0, lead, TINYML_KERNEL(strided_copy));
    call.takes_constants = true;
    return call;
  });
}

void copy_gradient(const StridedCopy& copy, FloatBackward& pass) {
  const FloatTensor& dx = pass.input_gradients[0];
  if (!dx.data) return;
  std::fill_n(dx.data, dx.size(), 0.0f);
  run(copy.reversed(), pass.output_gradients[0].data, dx.data);
}

}  // namespace tinyml::ops
