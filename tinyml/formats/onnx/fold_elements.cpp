// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "tinyml/formats/onnx/fold.h"
#include "tinyml/formats/tflite/checks.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

template <class T>
Constant converted(Import& import, const Constant& x, DType dtype, const std::vector<T>& values) {
  const auto as = [&]<class To>(To) {
    import.budget.spend(static_cast<int64_t>(values.size() * sizeof(To)));
    std::vector<To> result;
    for (const T value : values) {
      if constexpr (std::is_floating_point_v<T> && !std::is_floating_point_v<To>) {
        if (!(std::abs(value) < 2e9f)) reject(fmt::format("{} as an integer", value));
      }
      result.push_back(static_cast<To>(value));
    }
    return make_constant(dtype, x.shape, result);
  };
  if (dtype == DType::float32) return as(float{});
  if (dtype == DType::int64) return as(int64_t{});
  if (dtype == DType::int32) return as(int32_t{});
  if (dtype == DType::boolean) {
    import.budget.spend(static_cast<int64_t>(values.size()));
    std::vector<uint8_t> bits;
    for (const T value : values) bits.push_back(value != T{});
    return make_constant(dtype, x.shape, bits);
  }
  refuse(fmt::format("a Cast to {}", name_of(dtype)));
}

/// What `a` and `b` broadcast to. Errors: bad_file.
Shape broadcast(const Shape& a, const Shape& b) {
  std::vector<int64_t> extents(std::max(a.size(), b.size()), 1);
  for (const Shape* shape : {&a, &b}) {
    for (size_t i = 0; i < shape->size(); ++i) {
      int64_t& extent = extents[extents.size() - shape->size() + i];
      const int32_t own = (*shape)[i];
      if (own != 1 && extent != 1 && own != extent) {
        reject(fmt::format("{} and {} do not broadcast", to_string(a), to_string(b)));
      }
      if (own != 1) extent = own;
    }
  }
  return checked_shape(extents);
}

/// The values of `x`, repeated to `shape`.
template <class T>
std::vector<T> spread(Import& import, const Shape& own, const std::vector<T>& values, const Shape& shape) {
  if (own == shape) return values;
  import.budget.spend(elements(shape) * static_cast<int64_t>(sizeof(T)));
  std::vector<T> result(static_cast<size_t>(elements(shape)));
  for (size_t i = 0; i < result.size(); ++i) {
    size_t rest = i, from = 0, stride = 1;
    for (size_t axis = shape.size(); axis-- > 0;) {
      const size_t at = rest % static_cast<size_t>(shape[axis]);
      rest /= static_cast<size_t>(shape[axis]);
      if (axis + own.size() < shape.size()) continue;
      const auto extent = static_cast<size_t>(own[axis + own.size() - shape.size()]);
      from += (extent == 1 ? 0 : at) * stride;
      stride *= extent;
    }
    result[i] = values[from];
  }
  return result;
}

int64_t compute(const std::string& op, int64_t a, int64_t b) {
  int64_t result = 0;
  bool overflow = false;
  if (op == "Add") overflow = __builtin_add_overflow(a, b, &result);
  if (op == "Sub") overflow = __builtin_sub_overflow(a, b, &result);
  if (op == "Mul") overflow = __builtin_mul_overflow(a, b, &result);
  if (op == "Min") result = std::min(a, b);
  if (op == "Max") result = std::max(a, b);
  if (op == "Div" || op == "Mod") {
    if (op == "Mod") {
      if (b == 0) reject("Mod by 0");
      result = b == -1 ? 0 : a % b;
      if (result != 0 && (result < 0) != (b < 0)) result += b;
    } else if (b == 0 || b == -1) {
      overflow = b == 0 || __builtin_sub_overflow(int64_t{0}, a, &result);
    } else {
      result = a / b;
    }
  }
  if (overflow) reject(fmt::format("{} of {} and {}", op, a, b));
  return result;
}

float compute(const std::string& op, float a, float b) {
  if (op == "Add") return a + b;
  if (op == "Sub") return a - b;
  if (op == "Min") return std::min(a, b);
  if (op == "Max") return std::max(a, b);
  if (op == "Pow") return std::pow(a, b);
  if (op == "Mod") return std::fmod(a, b);
  return op == "Mul" ? a * b : a / b;
}

template <class T>
void fold_pair_of(Import& import, Source& source, DType dtype, std::vector<T> (*values_of)(const Constant&)) {
  const Constant &x = input(source, 0), &y = input(source, 1);
  const Shape shape = broadcast(x.shape, y.shape);
  const std::string op = source.op();
  std::vector<T> a = spread(import, x.shape, values_of(x), shape);
  const std::vector<T> b = spread(import, y.shape, values_of(y), shape);
  for (size_t i = 0; i < a.size(); ++i) a[i] = compute(op, a[i], b[i]);
  give(import, source, converted(import, {dtype, shape, nullptr, {}}, dtype, a));
}

}  // namespace

void fold_cast(Import& import, Source& source) {
  const Constant& x = input(source, 0);
  const int64_t type = source.integer("to", 0);
  const DType dtype = dtype_of(static_cast<int32_t>(std::clamp<int64_t>(type, 0, 99)));
  if (x.dtype == DType::float32 || !x.quantization.empty()) {
    return give(import, source, converted(import, x, dtype, reals(x)));
  }
  give(import, source, converted(import, x, dtype, integers(x)));
}

void fold_pair(Import& import, Source& source) {
  const Constant& x = input(source, 0);
  if (source.input_count() != 2) refuse(fmt::format("{} constants", source.input_count()));
  if (source.op() == "Mod" && x.dtype == DType::float32 && source.integer("fmod", 0) == 0)
    refuse("Mod of float32");
  if (x.dtype == DType::int64 || (x.dtype == DType::int32 && x.quantization.empty())) {
    return fold_pair_of<int64_t>(import, source, x.dtype, integers);
  }
  fold_pair_of<float>(import, source, DType::float32, reals);
}

void fold_function(Import& import, Source& source) {
  const Constant& x = input(source, 0);
  const std::string op = source.op();
  if (op == "Neg" && x.dtype == DType::int64) {
    std::vector<int64_t> values = integers(x);
    for (int64_t& value : values) value = compute("Sub", 0, value);
    return give(import, source, converted(import, x, x.dtype, values));
  }
  std::vector<float> values = reals(x);
  for (float& value : values) {
    if (op == "Neg") value = -value;
    if (op == "Sqrt") value = std::sqrt(value);
    if (op == "Reciprocal") value = 1 / value;
    if (op == "Floor") value = std::floor(value);
    if (op == "Ceil") value = std::ceil(value);
    if (op == "Abs") value = std::abs(value);
    if (op == "Exp") value = std::exp(value);
    if (op == "Log") value = std::log(value);
  }
  give(import, source, converted(import, x, DType::float32, values));
}

void fold_comparison(Import& import, Source& source) {
  const Constant &x = input(source, 0), &y = input(source, 1);
  const Shape shape = broadcast(x.shape, y.shape);
  const std::vector<int64_t> a = spread(import, x.shape, integers(x), shape);
  const std::vector<int64_t> b = spread(import, y.shape, integers(y), shape);
  const std::string op = source.op();
  std::vector<int64_t> holds;
  for (size_t i = 0; i < a.size(); ++i) {
    holds.push_back(op == "Equal"         ? a[i] == b[i]
                    : op == "Less"        ? a[i] < b[i]
                    : op == "Greater"     ? a[i] > b[i]
                    : op == "And"         ? a[i] && b[i]
                    : op == "Or"          ? a[i] || b[i]
                    : op == "LessOrEqual" ? a[i] <= b[i]
                                          : a[i] >= b[i]);
  }
  give(import, source, converted(import, {DType::boolean, shape, nullptr, {}}, DType::boolean, holds));
}

void fold_not(Import& import, Source& source) {
  const Constant& x = input(source, 0);
  std::vector<int64_t> values = integers(x);
  for (int64_t& value : values) value = value == 0;
  give(import, source, converted(import, x, DType::boolean, values));
}

/// Of a vector of extents: their product.
void fold_product(Import& import, Source& source) {
  const Constant& x = input(source, 0);
  const auto axes = source.integers("axes", 1);
  if (x.shape.size() != 1 || (axes && axes->size() > 1)) refuse("the product of what is no vector");
  int64_t product = 1;
  for (const int64_t value : integers(x)) product = compute("Mul", product, value);
  const Shape shape = source.integer("keepdims", 1) != 0 ? Shape{1} : Shape{};
  give(import, source,
       converted(import, {x.dtype, shape, nullptr, {}}, x.dtype, std::vector<int64_t>{product}));
}

void fold_where(Import& import, Source& source) {
  const Constant &c = input(source, 0), &x = input(source, 1), &y = input(source, 2);
  const Shape shape = broadcast(broadcast(c.shape, x.shape), y.shape);
  const std::vector<int64_t> choice = spread(import, c.shape, integers(c), shape);
  std::vector<int64_t> a = spread(import, x.shape, integers(x), shape);
  const std::vector<int64_t> b = spread(import, y.shape, integers(y), shape);
  for (size_t i = 0; i < a.size(); ++i) a[i] = choice[i] ? a[i] : b[i];
  give(import, source, converted(import, {x.dtype, shape, nullptr, {}}, x.dtype, a));
}

void fold_expand(Import& import, Source& source) {
  const Constant& x = input(source, 0);
  const Shape shape = broadcast(x.shape, checked_shape(integers(input(source, 1))));
  if (x.dtype == DType::int64 || x.dtype == DType::boolean) {
    const auto values = spread(import, x.shape, integers(x), shape);
    return give(import, source, converted(import, {x.dtype, shape, nullptr, {}}, x.dtype, values));
  }
  const auto values = spread(import, x.shape, reals(x), shape);
  give(import, source, converted(import, {DType::float32, shape, nullptr, {}}, DType::float32, values));
}

}  // namespace tinyml::formats::onnx
