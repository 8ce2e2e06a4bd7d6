// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/onnx/file.h"

#include <fmt/core.h>
#include <google/protobuf/io/coded_stream.h>

#include <string_view>

#include "tinyml/formats/tflite/checks.h"
#include "tinyml/schema/onnx.pb.h"

namespace tinyml::formats::onnx {
namespace {

using tflite::refuse;
using tflite::reject;

/// The messages whose fields are counted, and which of their fields hold another of them.
enum class Message { leaf, model, graph, node, attribute };

Message message_in(Message outer, int field) {
  switch (outer) {
    case Message::model:
      return field == 7 ? Message::graph : Message::leaf;
    case Message::graph:
      return field == 1 ? Message::node : Message::leaf;
    case Message::node:
      return field == 5 ? Message::attribute : Message::leaf;
    default:
      return Message::leaf;
  }
}

/// Parsed, an empty message takes a hundred times its two bytes: files of very many are refused before.
class FieldCount {
 public:
  void count(std::span<const uint8_t> bytes, Message message) {
    constexpr int32_t kMostFields = 1 << 18;
    using google::protobuf::io::CodedInputStream;
    CodedInputStream input(bytes.data(), static_cast<int>(bytes.size()));
    while (const uint32_t tag = input.ReadTag()) {
      if (++fields_ > kMostFields) refuse("an ONNX file of more than 2^18 fields");
      const auto at = [&] { return static_cast<size_t>(input.CurrentPosition()); };
      uint64_t ignored;
      uint32_t size = 0;
      bool whole = true;
      switch (tag & 7) {
        case 0:
          whole = input.ReadVarint64(&ignored);
          break;
        case 1:
          whole = input.Skip(8);
          break;
        case 2: {
          whole = input.ReadVarint32(&size) && size <= bytes.size() - at();
          if (!whole) break;
          const Message inner = message_in(message, static_cast<int>(tag >> 3));
          if (inner != Message::leaf) count(bytes.subspan(at(), size), inner);
          input.Skip(static_cast<int>(size));
          break;
        }
        case 5:
          whole = input.Skip(4);
          break;
        default:
          whole = false;
      }
      if (!whole) damaged();
    }
    if (static_cast<size_t>(input.CurrentPosition()) != bytes.size()) damaged();
  }

  [[noreturn]] static void damaged() { reject("this is no ONNX file, or it is damaged or truncated"); }

 private:
  int32_t fields_ = 0;
};

int64_t opset_of(const schema::onnx::ModelProto& model) {
  constexpr int64_t kOldest = 9, kNewest = 21;
  for (const auto& entry : model.opset_import()) {
    if (!entry.domain().empty() && entry.domain() != "ai.onnx") continue;
    if (entry.version() < kOldest || entry.version() > kNewest) {
      refuse(fmt::format("ONNX operator set {}: export the model with one of {} to {}", entry.version(),
                         kOldest, kNewest));
    }
    return entry.version();
  }
  reject("the file names no ONNX operator set");
}

}  // namespace

File parse(std::span<const uint8_t> bytes) {
  constexpr size_t kMostBytes = size_t{1} << 28;
  constexpr std::string_view kPointer = "version https://git-lfs";
  if (bytes.empty()) reject("the file is empty");
  if (bytes.size() > kMostBytes) refuse("an ONNX file above 256 MB");
  if (std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()).starts_with(kPointer)) {
    reject("this is a Git LFS pointer, not the model: fetch it with git lfs pull");
  }
  FieldCount().count(bytes, Message::model);
  auto model = std::make_shared<schema::onnx::ModelProto>();
  if (!model->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) FieldCount::damaged();
  if (!model->has_graph()) reject("the file holds no graph");
  const int64_t opset = opset_of(*model);
  return {std::move(model), opset};
}

}  // namespace tinyml::formats::onnx
