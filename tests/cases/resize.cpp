// SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case_builder.h"

namespace tinyml::tests {

std::vector<OperatorCase> resize_cases() {
  struct Size {
    const char* name;
    Shape input;
    int32_t height, width;
  };
  const std::vector<Size> sizes = {
      {"twice", {1, 3, 4, 3}, 6, 8}, {"half", {1, 6, 8, 2}, 3, 4}, {"odd", {1, 7, 5, 1}, 10, 3},
      {"one", {1, 5, 1, 4}, 1, 6},   {"same", {1, 3, 3, 2}, 3, 3},
  };
  std::vector<OperatorCase> cases;
  for (const Interpolation interpolation : {Interpolation::nearest, Interpolation::bilinear}) {
    for (const Size& size : sizes) {
      for (const char* const mode : {"", "_corners", "_centers"}) {
        const bool nearest = interpolation == Interpolation::nearest,
                   corners = mode == std::string("_corners");
        CaseBuilder builder(std::string(nearest ? "nearest_" : "bilinear_") + size.name + mode,
                            1000 + cases.size());
        const TensorId x = builder.input(size.input, DType::int8);
        const Resize op{interpolation, size.height, size.width, corners, mode == std::string("_centers")};
        cases.push_back(builder.finish(op, {x}, builder.output_like(x)));
      }
    }
  }
  for (const DType dtype : {DType::int16, DType::float32}) {
    CaseBuilder builder("nearest_" + std::string(name_of(dtype)), 1000 + cases.size());
    const TensorId x = builder.input({1, 3, 5, 2}, dtype);
    const Resize op{Interpolation::nearest, 4, 3, true, true};
    cases.push_back(builder.finish(op, {x}, builder.output_like(x)));
  }
  return cases;
}

}  // namespace tinyml::tests
