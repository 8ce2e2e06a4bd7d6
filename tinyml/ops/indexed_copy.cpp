// SPDX-License-Identifier: Apache-2.0
#include "tinyml/ops/indexed_copy.h"

#include "tinyml/ops/lowering.h"
#include "tinyml/ops/strided_copy.h"

namespace tinyml::ops {
namespace {

bool is_whole(const std::vector<int32_t>& indexes, int32_t extent) {
  if (indexes.size() != static_cast<size_t>(extent)) return false;
  for (int32_t i = 0; i < extent; ++i) {
    if (indexes[static_cast<size_t>(i)] != i) return false;
  }
  return true;
}

}  // namespace

IndexedCopy::IndexedCopy(const Shape& input, const std::vector<std::vector<int32_t>>& indexes) {
  constexpr size_t kMostLoops = 4;
  const std::vector<int64_t> strides = strides_of(input);
  size_t axes = input.size();
  int32_t run = 1;
  for (; axes > 0 && is_whole(indexes[axes - 1], input[axes - 1]); --axes) run *= input[axes - 1];
  std::vector<std::vector<int32_t>> loops;
  for (size_t axis = 0; axis < axes; ++axis) {
    if (input[axis] == 1 && indexes[axis].size() == 1) continue;
    std::vector<int32_t>& loop = loops.emplace_back();
    for (const int32_t index : indexes[axis]) loop.push_back(static_cast<int32_t>(index * strides[axis]));
  }
  if (loops.size() > kMostLoops) {
    throw Error(ErrorKind::unsupported, "more than four axes, where the inner ones change");
  }
  loops.insert(loops.begin(), kMostLoops - loops.size(), {0});
  const auto count = [&](size_t loop) { return static_cast<int32_t>(loops[loop].size()); };
  params = {run, count(0), count(1), count(2), count(3)};
  for (const std::vector<int32_t>& loop : loops) offsets.insert(offsets.end(), loop.begin(), loop.end());
}

KernelCall copy_call(const IndexedCopy& copy, DType dtype) {
  return with_element_bits(dtype, [&]<class T>(T) {
    KernelCall call =
        make_typed_call<T>(Types<T>{}, Types<int32_t>{}, "indexed_copy.h", "indexed_copy", copy.params,
                           {make_table("offsets", copy.offsets)}, 0, -1, TINYML_KERNEL(indexed_copy));
    call.takes_constants = true;
    return call;
  });
}

}  // namespace tinyml::ops
