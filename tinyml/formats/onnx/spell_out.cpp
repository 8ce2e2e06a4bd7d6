// SPDX-License-Identifier: Apache-2.0
#include "tinyml/formats/onnx/mappings.h"
#include "tinyml/formats/tflite/checks.h"
#include "tinyml/schema/onnx.pb.h"

namespace tinyml::formats::onnx {
namespace {

using schema::onnx::NodeProto;

/// DequantizeLinear, an operator and QuantizeLinear that say the same as a node with quantized inputs.
class Spelling {
 public:
  explicit Spelling(const NodeProto& node) : node_(node) {
    for (const std::string& name : node.input()) inputs_.push_back(name);
    if (inputs_.size() < 8 || node.output_size() != 1)
      tflite::reject("it has not 8 or 9 inputs and one output");
  }

  std::string between(const char* name) const { return node_.output(0) + "/" + name; }

  NodeProto& add(const char* op, const std::vector<std::string>& inputs, const std::string& output) {
    NodeProto& made = nodes.emplace_back();
    made.set_op_type(op);
    made.set_name(node_.name());
    for (const std::string& input : inputs) made.add_input(input);
    made.add_output(output);
    return made;
  }

  void dequantize(const std::string& what, const std::string& scale, const std::string& zero,
                  const char* name, int64_t axis) {
    auto& made = add("DequantizeLinear", {what, scale, zero}, between(name));
    auto* attribute = made.add_attribute();
    attribute->set_name("axis");
    attribute->set_i(axis);
  }

  void convolution() {
    dequantize(inputs_[0], inputs_[1], inputs_[2], "x", 1);
    dequantize(inputs_[3], inputs_[4], inputs_[5], "w", 0);
    std::vector<std::string> operands{between("x"), between("w")};
    if (inputs_.size() > 8 && !inputs_[8].empty()) {
      add("Mul", {inputs_[1], inputs_[4]}, between("bias_scale"));
      dequantize(inputs_[8], between("bias_scale"), "", "b", 0);
      operands.push_back(between("b"));
    }
    *add("Conv", operands, between("y")).mutable_attribute() = node_.attribute();
    add("QuantizeLinear", {between("y"), inputs_[6], inputs_[7]}, node_.output(0));
  }

  void product() {
    dequantize(inputs_[0], inputs_[1], inputs_[2], "a", 1);
    dequantize(inputs_[3], inputs_[4], inputs_[5], "b", 1);
    add("MatMul", {between("a"), between("b")}, between("y"));
    add("QuantizeLinear", {between("y"), inputs_[6], inputs_[7]}, node_.output(0));
  }

  std::vector<NodeProto> nodes;

 private:
  const NodeProto& node_;
  std::vector<std::string> inputs_;
};

}  // namespace

std::vector<NodeProto> spelled_out(const NodeProto& node) {
  const bool convolution = node.op_type() == "QLinearConv";
  if (!convolution && node.op_type() != "QLinearMatMul") return {};
  Spelling spelling(node);
  convolution ? spelling.convolution() : spelling.product();
  return std::move(spelling.nodes);
}

}  // namespace tinyml::formats::onnx
