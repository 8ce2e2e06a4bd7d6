// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tinyml/graph/signal_operators.h"
#include "tinyml/graph/tensor.h"

namespace tinyml {

enum class Activation : uint8_t { none, relu, relu6, relu_n1_to_1 };
/// TensorFlow's: `same` gives ceil(input / stride) outputs, the odd padding element after; `valid` none.
enum class Padding : uint8_t { same, valid };

// The operators' attributes. Each comment names the inputs in order and the output.
// `kTrainable`: has a gradient. `kDeployable`: has an int8 kernel; the others are folded away before.
// `kInTflite`: a builtin operator of the .tflite format.
// `kAnyInputs`, where it is there: inputs may be constants and of several types; its own code checks them.

/// input NHWC, weights OHWI, bias [O] -> NHWO. A 1-D convolution has H = 1.
struct Conv2D {
  static constexpr std::string_view kName = "conv_2d";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true;
  int32_t stride_height = 1, stride_width = 1;
  int32_t dilation_height = 1, dilation_width = 1;
  Padding padding = Padding::same;
  Activation activation = Activation::none;
};

/// input NHWC, weights 1HW(C*depth_multiplier), bias [C*depth_multiplier] -> NHW(C*depth_multiplier).
struct DepthwiseConv2D {
  static constexpr std::string_view kName = "depthwise_conv_2d";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true;
  int32_t stride_height = 1, stride_width = 1;
  int32_t dilation_height = 1, dilation_width = 1;
  int32_t depth_multiplier = 1;
  Padding padding = Padding::same;
  Activation activation = Activation::none;
};

/// input [..., I], weights [O, I], bias [O] -> [N, O], N being what the other extents make; with `keep_dims`
/// [..., O].
struct FullyConnected {
  static constexpr std::string_view kName = "fully_connected";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true;
  Activation activation = Activation::none;
  bool keep_dims = false;
  /// Of int8 weights on float32 inputs: these are quantized with a zero point, else symmetrically.
  bool asymmetric_inputs = false;
};

/// input [..., C], gamma [C], beta [C], mean [C], variance [C] -> same shape. Training normalises by the
/// batch and moves mean and variance: mean = momentum * mean + (1 - momentum) * batch mean.
struct BatchNorm {
  static constexpr std::string_view kName = "batch_norm";
  static constexpr bool kTrainable = true, kDeployable = false, kInTflite = false;
  float epsilon = 1e-3f;
  float momentum = 0.99f;
};

/// input -> same shape.
struct Relu {
  static constexpr std::string_view kName = "relu";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true;
  Activation activation = Activation::relu;
};

/// input NHWC -> NHWC. The mean over the part of the window that lies inside the input.
struct AveragePool2D {
  static constexpr std::string_view kName = "average_pool_2d";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true;
  int32_t filter_height = 1, filter_width = 1;
  int32_t stride_height = 1, stride_width = 1;
  Padding padding = Padding::valid;
  Activation activation = Activation::none;
};

/// input NHWC -> NHWC.
struct MaxPool2D {
  static constexpr std::string_view kName = "max_pool_2d";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true;
  int32_t filter_height = 1, filter_width = 1;
  int32_t stride_height = 1, stride_width = 1;
  Padding padding = Padding::valid;
  Activation activation = Activation::none;
};

/// a, b, which broadcast -> a + b. Both may be constants; int8, int16 or plain int32 when quantized.
struct Add {
  static constexpr std::string_view kName = "add";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  Activation activation = Activation::none;
};

/// The same -> a - b.
struct Sub {
  static constexpr std::string_view kName = "sub";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  Activation activation = Activation::none;
};

/// The same -> a * b, element by element.
struct Mul {
  static constexpr std::string_view kName = "mul";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  Activation activation = Activation::none;
};

enum class UnaryKind : uint8_t {
  logistic,
  tanh,
  hard_swish,
  leaky_relu,
  rsqrt,
  sqrt,
  log,
  exp,
  abs,
  neg,
  square,
  elu,
  sin,
  cos,
  floor,
  ceil,
  round
};
constexpr std::string_view kUnaryNames[] = {"logistic", "tanh", "hard_swish", "leaky_relu", "rsqrt",  "sqrt",
                                            "log",      "exp",  "abs",        "neg",        "square", "elu",
                                            "sin",      "cos",  "floor",      "ceil",       "round"};

/// input -> same shape: a function of every element. `round` takes halves to the even number; the gradient of
/// floor, ceil and round is 0.
struct Unary {
  static constexpr std::string_view kName = "unary";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true;
  UnaryKind kind = UnaryKind::logistic;
  float alpha = 0;  // leaky_relu: the slope below 0
  std::string_view name() const { return kUnaryNames[static_cast<size_t>(kind)]; }
};

/// input, slopes, which broadcast to it -> the input, times its slope where it is below 0.
struct Prelu {
  static constexpr std::string_view kName = "prelu";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
};

enum class BinaryKind : uint8_t { div, minimum, maximum, squared_difference };
constexpr std::string_view kBinaryNames[] = {"div", "minimum", "maximum", "squared_difference"};

/// As Add, with another function of both elements.
struct Binary {
  static constexpr std::string_view kName = "binary";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  BinaryKind kind = BinaryKind::div;
  Activation activation = Activation::none;  // of div alone
  std::string_view name() const { return kBinaryNames[static_cast<size_t>(kind)]; }
};

enum class ComparisonKind : uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };
constexpr std::string_view kComparisonNames[] = {"equal",      "not_equal", "less",
                                                 "less_equal", "greater",   "greater_equal"};

/// a, b, which broadcast -> bool: whether a is so beside b.
struct Comparison {
  static constexpr std::string_view kName = "comparison";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
  ComparisonKind kind = ComparisonKind::equal;
  std::string_view name() const { return kComparisonNames[static_cast<size_t>(kind)]; }
};

enum class LogicalKind : uint8_t { logical_and, logical_or, logical_not };
constexpr std::string_view kLogicalNames[] = {"logical_and", "logical_or", "logical_not"};

/// bool a and b, which broadcast; of logical_not a alone -> bool.
struct Logical {
  static constexpr std::string_view kName = "logical";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
  LogicalKind kind = LogicalKind::logical_and;
  std::string_view name() const { return kLogicalNames[static_cast<size_t>(kind)]; }
};

/// condition (bool), a, b, which broadcast -> a where the condition holds, b elsewhere.
struct Select {
  static constexpr std::string_view kName = "select";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
};

/// input, float32 or integers -> the same numbers on the scale and in the integer type of the output.
struct Quantize {
  static constexpr std::string_view kName = "quantize";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
};

/// input, integers with one scale -> the real numbers that they stand for, float32.
struct Dequantize {
  static constexpr std::string_view kName = "dequantize";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
};

/// input -> the same numbers in the output's type, whatever they stand for; towards 0 and held inside its
/// range where they are float32, else by their lowest bits.
struct Cast {
  static constexpr std::string_view kName = "cast";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
};

enum class ReductionKind : uint8_t { mean, sum, max };
constexpr std::string_view kReductionNames[] = {"mean", "sum", "reduce_max"};

/// input -> its mean, sum or largest element along the axes, which stay with extents of 1 or go.
struct Reduction {
  static constexpr std::string_view kName = "reduction";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true;
  ReductionKind kind = ReductionKind::mean;
  std::vector<int32_t> axes;  // ascending, not negative
  bool keep_dimensions = false;
  std::string_view name() const { return kReductionNames[static_cast<size_t>(kind)]; }
};

/// input -> int32 without dimension `axis`: where the largest or smallest element lies along it, the first of
/// equals.
struct ArgExtremum {
  static constexpr std::string_view kName = "arg_extremum";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
  bool largest = true;
  int32_t axis = 0;  // not negative
  std::string_view name() const { return largest ? "arg_max" : "arg_min"; }
};

/// input [..., C] -> same shape: the logarithm of Softmax.
struct LogSoftmax {
  static constexpr std::string_view kName = "log_softmax";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true;
};

/// input -> same shape. Inverted dropout: scales by 1 / (1 - rate) in training, the identity elsewhere.
struct Dropout {
  static constexpr std::string_view kName = "dropout";
  static constexpr bool kTrainable = true, kDeployable = false, kInTflite = false;
  float rate = 0.5f;
};

/// input [..., C] -> same shape, over the last dimension. int8 becomes int8 or, where the output says so,
/// int16.
struct Softmax {
  static constexpr std::string_view kName = "softmax";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true;
  float beta = 1.0f;
};

/// input -> the same elements as `shape` (dimension 0 is the batch).
struct Reshape {
  static constexpr std::string_view kName = "reshape";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  Shape shape;
};

/// Any number of inputs whose extents are equal but along `axis` -> one after the other along it; or inputs
/// of one shape, one after the other along a new axis.
struct Concatenation {
  static constexpr std::string_view kName = "concatenation";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  int32_t axis = 0;  // not negative
  bool new_axis = false;
};

/// input -> its parts along `axis`, with these extents there, which may be 1 and go.
struct Split {
  static constexpr std::string_view kName = "split";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  int32_t axis = 0;  // not negative
  std::vector<int32_t> extents;
  bool drops_axis = false;
};

/// a variable -> its content.
struct ReadVariable {
  static constexpr std::string_view kName = "read_variable";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
};

/// input -> the variable, which it sets.
struct AssignVariable {
  static constexpr std::string_view kName = "assign_variable";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
};

/// input [1, I], filters over features [U * rank, I] and over time [U * rank, T], bias [U] -> [1, U]: of each
/// unit the sum of its `rank` filters over the last T inferences. It keeps what they gave, quantized as the
/// filters over time are typed.
struct Svdf {
  static constexpr std::string_view kName = "svdf";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = true, kAnyInputs = true;
  int32_t rank = 1;
  /// Kept for other runtimes: TensorFlow Lite Micro's integer kernel leaves it to the output's range.
  Activation activation = Activation::none;
  float state_scale = 1;
  int32_t state_zero_point = 0;
};

/// input -> part of it, by TensorFlow's rules. An entry says for one axis, in order, begin, end (not taken)
/// and stride; negative bounds count from the last element. Bits of the masks, by entry: the range begins or
/// ends where the axis does; the entry is a new axis of extent 1; `begin` alone is taken and the axis goes.
struct StridedSlice {
  static constexpr std::string_view kName = "strided_slice";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  std::vector<int32_t> begin, end, strides;
  int32_t begin_mask = 0, end_mask = 0, new_axis_mask = 0, shrink_axis_mask = 0;
};

/// input [N, T, C] -> [N, C], the last of T steps.
inline StridedSlice last_step() { return {{0, -1, 0}, {0, 0, 0}, {1, 1, 1}, 0b101, 0b101, 0, 0b010}; }

/// input -> axis i is the input's axis permutation[i].
struct Transpose {
  static constexpr std::string_view kName = "transpose";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  std::vector<int32_t> permutation;
};

/// input NHWC -> [N, H / block, W / block, block * block * C]: the positions of each block, row by row, as
/// channels. `inverse`: the way back.
struct SpaceToDepth {
  static constexpr std::string_view kName = "space_to_depth";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  int32_t block = 1;
  bool inverse = false;
};

/// What lies around a tensor: `value`; or its elements in reverse, without the outermost (reflect) or with.
enum class PadMode : uint8_t { constant, reflect, symmetric };

/// input -> before[i] more elements before it along axis i and after[i] after it.
struct Pad {
  static constexpr std::string_view kName = "pad";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  std::vector<int32_t> before, after;
  PadMode mode = PadMode::constant;
  double value = 0;  // real, of whatever type the tensor is
};

enum class Interpolation : uint8_t { nearest, bilinear };

/// input NHWC -> [N, height, width, C]. Output i lies at i * input / output of the input; with
/// `align_corners` at i * (input - 1) / (output - 1); with `half_pixel_centers` at (i + 1/2) * input / output
/// - 1/2.
struct Resize {
  static constexpr std::string_view kName = "resize";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  Interpolation interpolation = Interpolation::nearest;
  int32_t height = 1, width = 1;
  bool align_corners = false, half_pixel_centers = false;
};

/// input [batch..., before..., extent, after...], int32 indices [batch..., taken...], both with `batch_axes`
/// of the first -> [batch..., before..., taken..., after...]: slices of `axis`. An index outside is the
/// nearest one inside.
struct Gather {
  static constexpr std::string_view kName = "gather";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  int32_t axis = 0, batch_axes = 0;  // not negative
};

/// input NHWC, weights OHWI, bias [O] -> N, output_height, output_width, O: the gradient of a convolution
/// from such an output to such an input, to which it adds the bias.
struct TransposeConv {
  static constexpr std::string_view kName = "transpose_conv";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true, kAnyInputs = true;
  int32_t stride_height = 1, stride_width = 1;
  Padding padding = Padding::same;
  int32_t output_height = 1, output_width = 1;
};

/// input [N, T, I], weights of the input [H, I] and of the output before [H, H] and bias [H], each for the
/// input, forget, cell and output gate in this order -> [N, T, H], the outputs of every step (Hochreiter and
/// Schmidhuber 1997, with forget gates). The first step sees zeros.
struct Lstm {
  static constexpr std::string_view kName = "lstm";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true;
  float cell_clip = 0;  // cells stay within +-cell_clip; 0: unbounded
  /// Of the quantized cells, int16: one step is 2^cell_scale_log2.
  int32_t cell_scale_log2 = -12;
  /// int8: an inference begins where the one before ended; otherwise each begins with zeros.
  bool stateful = false;
};

/// input [N, T, I], weights of the input [H, I] and of the output before [H, H], each for the update, reset
/// and new gate in this order, their biases [H] and that of the new gate's recurrent sum [H] -> [N, T, H].
/// The reset gate multiplies that sum (Cho et al. 2014 in the form of Keras' reset_after and of cuDNN);
/// output = new + update * (output before - new).
struct Gru {
  static constexpr std::string_view kName = "gru";
  static constexpr bool kTrainable = true, kDeployable = true, kInTflite = true;
  /// int8: an inference begins where the one before ended; otherwise each begins with zeros.
  bool stateful = false;
};

/// int16 samples [1, n] -> int8 [1, frames, bands, 1]: log-mel filterbank energies.
struct Mfe {
  static constexpr std::string_view kName = "mfe";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = false;
  int32_t sample_rate_hz = 16000;
  int32_t frame_samples = 480, hop_samples = 320, fft_size = 512;
  int32_t bands = 40;
  float low_hz = 80, high_hz = 7600;
  /// The int8 range: -128 is floor_db, +127 ceiling_db; 0 dB is a full-scale sine.
  float floor_db = -100, ceiling_db = 0;
};

/// int16 samples [1, n] -> int8 [1, frames, coefficients, 1]: the DCT-II of the log-mel energies.
struct Mfcc {
  static constexpr std::string_view kName = "mfcc";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = false;
  Mfe mfe;
  int32_t coefficients = 10;
};

/// A pixel's bytes: red, green, blue; 5, 6 and 5 bits of them, high byte first; or grey.
enum class PixelFormat : uint8_t { rgb888, rgb565, grey8 };
/// How a picture of another shape fills its place: stretched; whole, mid-grey beside it; or cut to its
/// middle.
enum class FrameFit : uint8_t { squash, fit, crop };

/// A camera's frame, uint8 [1, rows, columns, bytes a pixel] -> int8 [1, height, width, channels], pixel -
/// 128: resized by a linear filter, which widens with an output pixel where the picture shrinks (`smooth`; as
/// Pillow's BILINEAR) or not (as OpenCV's INTER_LINEAR). `channels`: 3, or 1 for the luma of BT.601.
struct CameraFrame {
  static constexpr std::string_view kName = "camera_frame";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = false;
  PixelFormat format = PixelFormat::rgb888;
  FrameFit fit = FrameFit::squash;
  int32_t height = 96, width = 96, channels = 3;
  bool smooth = true;
};

/// Where a sensor's front end cuts its frames: int16 samples, channels interleaved.
struct SensorFrame {
  int32_t channels = 1;
  int32_t samples = 1, hop = 1;  // of each channel: in a frame, and from one frame to the next
  float rate_hz = 1;             // of each channel
  /// One LSB of each channel in its physical unit; empty: 1.
  std::vector<float> unit;
};

// The sensors' front ends: int16 [1, values] -> int8 [1, frames, features, 1]. Feature i of a frame becomes
// clamp(round((feature - offset[i]) / scale[i]), -128, 127); offset and scale have an element a feature, or
// are empty: 0 and 1. Features come channel by channel, in physical units. On float32 samples in physical
// units the output is the float32 features themselves.

/// The samples as they are; a frame is one sample of each channel.
struct Raw {
  static constexpr std::string_view kName = "raw";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = false;
  SensorFrame frame;
  std::vector<float> offset, scale;
};

/// Of each channel those chosen, in this order: mean, smallest, largest, root of the mean square, standard
/// deviation (ddof 0), skewness and excess kurtosis (moment ratios, 0 where all samples are equal). Edge
/// Impulse's "flatten".
struct FlattenStatistics {
  static constexpr std::string_view kName = "flatten_statistics";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = false;
  SensorFrame frame;
  bool average = true, minimum = true, maximum = true, root_mean_square = true, standard_deviation = true,
       skewness = true, kurtosis = true;
  std::vector<float> offset, scale;
};

enum class FilterKind : uint8_t { none, low_pass, high_pass };

/// Edge Impulse's "spectral-analysis FFT (4)". Each channel of a frame is filtered (Butterworth, from rest),
/// its mean removed. P[k] is the largest |FFT|^2 / fft_size of bin k = 0 .. fft_size / 2 over blocks of
/// fft_size samples that start every fft_size / 2 samples (`overlap`) or fft_size, zeros behind the last
/// sample, no window. The features of a channel: root of the mean square, skewness, excess kurtosis; skewness
/// and excess kurtosis of P[0 ..]; then log10 P[k] (`log`, 0 read as 1e-10) or P[k], for k = 1 .. fft_size /
/// 2 as far as the bin reaches below (low pass) or above (high pass) the cutoff.
struct Spectral {
  static constexpr std::string_view kName = "spectral";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = false;
  SensorFrame frame;
  FilterKind filter = FilterKind::none;
  float cutoff_hz = 3;
  int32_t order = 6;  // 0: no filter, but its bins are left out all the same
  int32_t fft_size = 16;
  bool overlap = true, log = true;
  std::vector<float> offset, scale;
};

/// Edge Impulse's "wavelet (4)", without its filter. Each channel of a frame, its mean removed, is split into
/// an approximation and `levels` bands of details by the filters of `family` (see ops/wavelet_filters.h), the
/// samples repeating in reverse beyond the edges, as PyWavelets' wavedec does by default. The features of a
/// channel, for the approximation and then the details from the coarsest to the finest: entropy (Shannon's,
/// in nats, of the values' shares of 100 bins of one width between the smallest and the largest; 0 where all
/// are equal); how often value > 0, and value > mean, changes from one value to the next, over the count of
/// values; the 5th, 25th, 75th, 95th percentile and the median, each the value of rank floor((count - 1) p /
/// 100 + 1/2); mean, standard deviation (ddof 0), variance (ddof 1), root of the mean square, skewness and
/// excess kurtosis (0 where all values are equal).
struct Wavelet {
  static constexpr std::string_view kName = "wavelet";
  static constexpr bool kTrainable = false, kDeployable = true, kInTflite = false;
  SensorFrame frame;
  std::string family = "db4";
  int32_t levels = 1;
  std::vector<float> offset, scale;
};

/// The closed catalogue. A new operator: its attributes above, its name here, ops/<op>.cpp,
/// device/.../nn/<op>.h, tests/cases/<op>.cpp. A missing piece does not link and the linker names it.
#define TINYML_OPERATORS(X)    \
  X(Conv2D)                    \
  X(DepthwiseConv2D)           \
  X(FullyConnected)            \
  X(BatchNorm)                 \
  X(Relu)                      \
  X(AveragePool2D)             \
  X(MaxPool2D)                 \
  X(Add)                       \
  X(Sub)                       \
  X(Mul)                       \
  X(Unary)                     \
  X(Prelu)                     \
  X(Binary)                    \
  X(Comparison)                \
  X(Logical)                   \
  X(Select)                    \
  X(Quantize)                  \
  X(Dequantize)                \
  X(Cast)                      \
  X(Reduction)                 \
  X(ArgExtremum)               \
  X(LogSoftmax)                \
  X(Dropout)                   \
  X(Softmax)                   \
  X(Reshape)                   \
  X(Concatenation)             \
  X(Split)                     \
  X(ReadVariable)              \
  X(AssignVariable)            \
  X(Svdf)                      \
  X(StridedSlice)              \
  X(Transpose)                 \
  X(SpaceToDepth)              \
  X(Pad)                       \
  X(Resize)                    \
  X(Gather)                    \
  X(TransposeConv)             \
  X(Lstm)                      \
  X(Gru)                       \
  X(SignalWindow)              \
  X(SignalFftAutoScale)        \
  X(SignalRfft)                \
  X(SignalEnergy)              \
  X(SignalFilterBank)          \
  X(SignalSquareRoot)          \
  X(SignalSpectralSubtraction) \
  X(SignalPcan)                \
  X(SignalLog)                 \
  X(CameraFrame)               \
  X(Mfe)                       \
  X(Mfcc)                      \
  X(Raw)                       \
  X(FlattenStatistics)         \
  X(Spectral)                  \
  X(Wavelet)

namespace detail {
template <class, class... Ops>
using VariantOf = std::variant<Ops...>;
}
#define TINYML_NEXT_OPERATOR(Op) , Op
using Operator = detail::VariantOf<void TINYML_OPERATORS(TINYML_NEXT_OPERATOR)>;
#undef TINYML_NEXT_OPERATOR

inline std::string_view name_of(const Operator& op) {
  return std::visit(
      [](const auto& attributes) {
        if constexpr (requires { attributes.name(); }) return attributes.name();
        return attributes.kName;
      },
      op);
}

}  // namespace tinyml
