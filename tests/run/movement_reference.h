// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "tests/run/float_reference.h"

// The definitions of the operators that move, join and resize, and of transposed convolutions, in double.
namespace tinyml::reference {

// Of three axes with bounds in their range.
inline Array run(const StridedSlice& op, const Inputs& in, const Shape& out) {
  Array y = array(out);
  const Shape& x = in[0].shape;
  const auto indexes = [&](size_t axis) {
    std::vector<size_t> taken;
    const bool whole = (op.begin_mask >> axis & 1) != 0;
    const int32_t begin = whole ? 0 : (op.begin[axis] + x[axis]) % x[axis];
    int32_t end = whole ? x[axis] : op.end[axis];
    if (op.shrink_axis_mask >> axis & 1) end = begin + 1;
    if (end < 0) end += x[axis];
    for (int32_t i = begin; op.strides[axis] > 0 ? i < end : i > end; i += op.strides[axis]) {
      taken.push_back(static_cast<size_t>(i));
    }
    return taken;
  };
  size_t at = 0;
  for (const size_t n : indexes(0)) {
    for (const size_t t : indexes(1)) {
      for (const size_t c : indexes(2)) {
        y.values.at(at++) = in[0].values[(n * static_cast<size_t>(x[1]) + t) * static_cast<size_t>(x[2]) + c];
      }
    }
  }
  return y;
}

// An output whose element at an index is the input's at index_of(index); without one, `value`.
template <class IndexOf>
Array moved(const Array& x, const Shape& out, const IndexOf& index_of, double value = 0) {
  Array y = array(out);
  std::vector<int32_t> index(out.size());
  for (double& element : y.values) {
    const std::optional<std::vector<int32_t>> from = index_of(index);
    size_t flat = 0;
    for (size_t axis = 0; from && axis < x.shape.size(); ++axis) {
      flat = flat * static_cast<size_t>(x.shape[axis]) + static_cast<size_t>((*from)[axis]);
    }
    element = from ? x.values.at(flat) : value;
    for (size_t axis = out.size(); axis-- > 0;) {
      if (++index[axis] < out[axis]) break;
      index[axis] = 0;
    }
  }
  return y;
}

inline Array run(const Transpose& op, const Inputs& in, const Shape& out) {
  return moved(in[0], out, [&](const std::vector<int32_t>& index) {
    std::vector<int32_t> from(index.size());
    for (size_t i = 0; i < index.size(); ++i) from[static_cast<size_t>(op.permutation[i])] = index[i];
    return std::optional(from);
  });
}

inline Array run(const SpaceToDepth& op, const Inputs& in, const Shape& out) {
  const int32_t block = op.block;
  return moved(in[0], out, [&](const std::vector<int32_t>& i) {
    if (op.inverse) {
      const int32_t place = i[1] % block * block + i[2] % block;
      return std::optional(std::vector<int32_t>{i[0], i[1] / block, i[2] / block, place * out[3] + i[3]});
    }
    const int32_t channels = in[0].shape[3], place = i[3] / channels;
    return std::optional(std::vector<int32_t>{i[0], i[1] * block + place / block,
                                              i[2] * block + place % block, i[3] % channels});
  });
}

inline Array run(const Pad& op, const Inputs& in, const Shape& out) {
  const auto index_of = [&](const std::vector<int32_t>& index) -> std::optional<std::vector<int32_t>> {
    std::vector<int32_t> from;
    for (size_t axis = 0; axis < index.size(); ++axis) {
      const int32_t extent = in[0].shape[axis], i = index[axis] - op.before[axis];
      if (i >= 0 && i < extent) {
        from.push_back(i);
      } else if (op.mode == PadMode::constant) {
        return std::nullopt;
      } else {
        const int32_t beyond = i < 0 ? -i - 1 : i - extent, place = beyond + (op.mode == PadMode::reflect);
        from.push_back(i < 0 ? place : extent - 1 - place);
      }
    }
    return from;
  };
  return moved(in[0], out, index_of, op.value);
}

// Positions in float, as TensorFlow Lite has them.
inline Array run(const Resize& op, const Inputs& in, const Shape& out) {
  Array y = array(out);
  const Shape& x = in[0].shape;
  const bool nearest = op.interpolation == Interpolation::nearest;
  const auto shares = [&](int32_t i, int32_t input, int32_t output) {
    const bool corners = op.align_corners && output > 1;
    const float step = corners ? static_cast<float>(input - 1) / static_cast<float>(output - 1)
                               : static_cast<float>(input) / static_cast<float>(output);
    const float half = op.half_pixel_centers ? 0.5f : 0.0f;
    const float at = (static_cast<float>(i) + half) * step - (nearest ? 0.0f : half);
    std::vector<double> share(static_cast<size_t>(input));
    const auto place = [&](float position) -> double& {
      return share[static_cast<size_t>(std::clamp(position, 0.0f, static_cast<float>(input - 1)))];
    };
    if (nearest) {
      place(op.align_corners ? std::round(at) : std::floor(at)) = 1;
    } else {
      const double beyond = static_cast<double>(at - std::max(std::floor(at), 0.0f));
      place(std::floor(at)) += 1 - beyond;
      place(std::ceil(at)) += beyond;
    }
    return share;
  };
  const auto channels = static_cast<size_t>(x[3]), width = static_cast<size_t>(x[2]);
  const auto height = static_cast<size_t>(x[1]);
  size_t to = 0;
  for (size_t n = 0; n < static_cast<size_t>(x[0]); ++n) {
    for (int32_t oy = 0; oy < op.height; ++oy) {
      const std::vector<double> rows = shares(oy, x[1], op.height);
      for (int32_t ox = 0; ox < op.width; ++ox, to += channels) {
        const std::vector<double> columns = shares(ox, x[2], op.width);
        for (size_t i = 0; i < height * width * channels; ++i) {
          y.values[to + i % channels] += rows[i / channels / width] * columns[i / channels % width] *
                                         in[0].values[n * height * width * channels + i];
        }
      }
    }
  }
  return y;
}

inline Array run(const TransposeConv& op, const Inputs& in, const Shape& out) {
  Array y = array(out);
  const Shape &x = in[0].shape, &w = in[1].shape;
  const auto pad = [&](int32_t output, int32_t filter, int32_t stride) {
    const int32_t steps = (output + stride - 1) / stride;
    return op.padding == Padding::same ? std::max((steps - 1) * stride + filter - output, 0) / 2 : 0;
  };
  const int32_t top = pad(out[1], w[1], op.stride_height), left = pad(out[2], w[2], op.stride_width);
  const auto at = [](const Shape& shape, int32_t a, int32_t b, int32_t c, int32_t d) {
    return static_cast<size_t>(((a * shape[1] + b) * shape[2] + c) * shape[3] + d);
  };
  for (int32_t n = 0; n < out[0]; ++n) {
    for (int32_t oy = 0; oy < out[1]; ++oy) {
      for (int32_t ox = 0; ox < out[2]; ++ox) {
        for (int32_t o = 0; o < out[3]; ++o) {
          double sum = in.size() > 2 && !in[2].shape.empty() ? in[2].values[static_cast<size_t>(o)] : 0;
          for (int32_t fy = 0; fy < w[1]; ++fy) {
            for (int32_t fx = 0; fx < w[2]; ++fx) {
              const int32_t iy = oy + top - fy, ix = ox + left - fx;
              if (iy < 0 || ix < 0 || iy % op.stride_height != 0 || ix % op.stride_width != 0) continue;
              if (iy / op.stride_height >= x[1] || ix / op.stride_width >= x[2]) continue;
              for (int32_t c = 0; c < x[3]; ++c) {
                sum += in[0].values[at(x, n, iy / op.stride_height, ix / op.stride_width, c)] *
                       in[1].values[at(w, o, fy, fx, c)];
              }
            }
          }
          y.values[at(out, n, oy, ox, o)] = sum;
        }
      }
    }
  }
  return y;
}

inline Array run(const Concatenation& op, const Inputs& in, const Shape& out) {
  Array y{out, {}};
  const auto product = [](const Shape& shape, size_t first, size_t end) {
    size_t count = 1;
    for (size_t i = first; i < end; ++i) count *= static_cast<size_t>(shape[i]);
    return count;
  };
  const auto axis = static_cast<size_t>(op.axis);
  for (size_t row = 0; row < product(out, 0, axis); ++row) {
    for (const Array& part : in) {
      const size_t width = product(part.shape, axis, part.shape.size());
      const auto first = part.values.begin() + static_cast<ptrdiff_t>(row * width);
      y.values.insert(y.values.end(), first, first + static_cast<ptrdiff_t>(width));
    }
  }
  return y;
}

}  // namespace tinyml::reference
