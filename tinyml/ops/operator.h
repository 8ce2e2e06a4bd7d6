// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the house knows about an operator. Each function below is written once an operator, in the file of
// its name (ops/conv_2d.cpp holds all of Conv2D), and dispatched over the catalogue by the functions of the
// same name that take an Operator.

#include <cstdint>
#include <string>
#include <vector>

#include "tinyml/graph/graph.h"
#include "tinyml/ops/kernel_call.h"

namespace tinyml::ops {

struct FloatForward;   // float_pass.h
struct FloatBackward;  // float_pass.h
struct TfliteWriter;   // tflite.h
struct TfliteReader;   // tflite.h

#define TINYML_DECLARE_OPERATOR(Op)                                                                 \
  /* Sets shape and dtype of the node's outputs; checks its inputs. Errors: bad_file. */            \
  void infer(const Op&, Graph&, const Node&);                                                       \
  /* Multiply-accumulates of one inference. */                                                      \
  int64_t macs(const Op&, const Graph&, const Node&);                                               \
  /* Float32 forward pass over a batch. */                                                          \
  void forward(const Op&, FloatForward&);                                                           \
  /* Gradients of inputs and parameters. Only for kTrainable operators. */                          \
  void backward(const Op&, FloatBackward&);                                                         \
  /* The int8 kernel, with all its constants, for a core. Only for kDeployable operators. */        \
  KernelCall lower(const Op&, const Graph&, const Node&, const Target&);                            \
  /* The .tflite mapping, both ways; reading returns false where the file's operator is another. */ \
  /* Only for kInTflite operators. */                                                               \
  void write_tflite(const Op&, TfliteWriter&);                                                      \
  bool read_tflite(Op&, const TfliteReader&);
TINYML_OPERATORS(TINYML_DECLARE_OPERATOR)
#undef TINYML_DECLARE_OPERATOR

void infer(Graph& graph, const Node& node);
/// Infers every node in order.
void infer(Graph& graph);
int64_t macs(const Graph& graph, const Node& node);
int64_t macs(const Graph& graph);
void forward(const Operator& op, FloatForward& pass);
void backward(const Operator& op, FloatBackward& pass);
/// Errors: unsupported, for an operator that has no int8 kernel (it must be folded before).
KernelCall lower(const Graph& graph, const Node& node, const Target& target);
/// Errors: unsupported, for operators that TFLite does not have.
void write_tflite(const Operator& op, TfliteWriter& writer);
/// Errors: unsupported, naming the file's operator.
Operator read_tflite(const TfliteReader& reader);

}  // namespace tinyml::ops
