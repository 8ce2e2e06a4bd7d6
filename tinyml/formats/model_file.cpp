// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/model_file.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "tinyml/base/file.h"
#include "tinyml/formats/keras.h"
#include "tinyml/formats/onnx.h"
#include "tinyml/formats/tflite.h"

namespace tinyml::formats {
namespace {

enum class Format { tflite, onnx, keras, pickle, pointer, archive, empty, unknown };

std::string lower_suffix(const std::filesystem::path& path) {
  std::string suffix = path.extension().string();
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return suffix;
}

Format format_of_name(const std::string& suffix) {
  if (suffix == ".tflite") return Format::tflite;
  if (suffix == ".onnx") return Format::onnx;
  if (suffix == ".keras" || suffix == ".h5" || suffix == ".hdf5") return Format::keras;
  if (suffix == ".pt" || suffix == ".pth" || suffix == ".pkl" || suffix == ".ckpt") return Format::pickle;
  return Format::unknown;
}

Format format_of(std::string_view bytes, const std::string& suffix) {
  const Format named = format_of_name(suffix);
  const auto begins = [&](std::string_view magic) { return bytes.starts_with(magic); };
  if (bytes.empty()) return Format::empty;
  if (begins("version https://git-lfs")) return Format::pointer;
  if (bytes.substr(0, 8).ends_with("TFL3")) return Format::tflite;
  if (begins("\x89HDF\r\n\x1a\n")) return Format::keras;
  if (begins("PK\x03\x04")) {
    if (named == Format::keras || bytes.find("model.weights.h5") != std::string_view::npos)
      return Format::keras;
    // Of PyTorch's files the first entry is NAME/data.pkl.
    const bool torch = bytes.substr(0, 256).find("data.pkl") != std::string_view::npos;
    return torch || named == Format::pickle ? Format::pickle : Format::archive;
  }
  if (begins("\x1f\x8b") || bytes.substr(0, 262).ends_with("ustar")) return Format::archive;
  const bool pickled = bytes.size() > 1 && begins("\x80") && bytes[1] >= 2 && bytes[1] <= 5;
  if (pickled || named == Format::pickle) return Format::pickle;
  // The first field of an ONNX file is its version, a small integer, and the next is text or the graph.
  const bool like_onnx =
      bytes.size() > 2 && begins("\x08") && bytes[1] > 0 && bytes[1] < 32 && bytes[2] % 8 == 2;
  return like_onnx ? Format::onnx : named;
}

[[noreturn]] void refuse_pickle() {
  throw Error(
      ErrorKind::unsupported,
      "a pickled PyTorch or Python object, which could run anything, is not opened; export it where "
      "the model is defined: model.eval(); torch.onnx.export(model, (example_input,), \"model.onnx\", "
      "external_data=False)");
}

Graph read(const Bytes& bytes, const std::string& suffix) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  switch (format_of(text, suffix)) {
    case Format::tflite:
      return read_tflite(bytes);
    case Format::onnx:
      return read_onnx(bytes);
    case Format::keras:
      return read_keras(bytes);
    case Format::pickle:
      refuse_pickle();
    case Format::pointer:
      throw Error(ErrorKind::bad_file,
                  "this is a Git LFS pointer, not the model: fetch it with git lfs pull");
    case Format::empty:
      throw Error(ErrorKind::bad_file, "the file is empty");
    case Format::archive:
      throw Error(ErrorKind::unsupported, "this is an archive: unpack it and give the model file in it");
    case Format::unknown:
      break;
  }
  throw Error(ErrorKind::bad_file,
              "this is no model that can be read: .tflite, .onnx, .keras and .h5 files are");
}

}  // namespace

Graph read_model(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored) &&
      std::filesystem::exists(path / "saved_model.pb", ignored)) {
    throw Error(ErrorKind::unsupported,
                path.string() + ": a SavedModel is not read: convert it with tf.lite.TFLiteConverter");
  }
  const Bytes bytes = read_bytes(path);
  return with_context(path.string(), [&] { return read(bytes, lower_suffix(path)); });
}

}  // namespace tinyml::formats
