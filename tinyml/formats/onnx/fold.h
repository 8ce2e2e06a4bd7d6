// SPDX-License-Identifier: Apache-2.0
#pragma once

// The folding of nodes whose inputs are all constants.

#include "tinyml/formats/onnx/import.h"

namespace tinyml::formats::onnx {

inline const Constant& input(const Source& source, size_t index) {
  return source.constant(index, "an input");
}

inline void give(Import& import, Source& source, Constant constant) {
  source.set_output(0, import.value(std::move(constant)));
}

// Element by element, where shapes broadcast.
void fold_cast(Import&, Source&);
void fold_pair(Import&, Source&);        // Add, Sub, Mul, Div, Mod, Pow, Min, Max
void fold_function(Import&, Source&);    // Neg, Sqrt, Reciprocal, Floor, Ceil, Abs, Exp, Log
void fold_comparison(Import&, Source&);  // Equal, Less, Greater, LessOrEqual, GreaterOrEqual, And, Or
void fold_not(Import&, Source&);
void fold_product(Import&, Source&);  // ReduceProd
void fold_where(Import&, Source&);
void fold_expand(Import&, Source&);

}  // namespace tinyml::formats::onnx
