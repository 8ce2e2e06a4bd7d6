// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace tinyml::formats::keras {

/// What to do with what is refused.
inline constexpr std::string_view kExportAdvice =
    "export the model where it was made: model = keras.models.load_model(\"model.keras\"); "
    "model.export(\"model.onnx\", format=\"onnx\")";

/// As Keras names the weights of a class: "conv2d_transpose" of "Conv2DTranspose".
std::string snake_case(std::string_view name);

}  // namespace tinyml::formats::keras
