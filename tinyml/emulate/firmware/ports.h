// SPDX-License-Identifier: Apache-2.0
// A generated model's inputs and outputs, for the harness on boards and on this machine. The text before this
// one includes the model's header and defines TINYML_MODEL (its namespace), TINYML_STREAMING (whether it has
// a front end), TINYML_INPUT_IN_ARENA (whether it has an input_buffer()) and TINYML_SINGLE (whether it has
// one input and one output); then TINYML_INPUT and TINYML_OUTPUT, their element types, or else TINYML_INPUTS
// and TINYML_OUTPUTS, lists of X(type, name, bytes).
#include <stddef.h>
#include <stdint.h>

namespace ports {

namespace model = TINYML_MODEL;

#if TINYML_SINGLE

const size_t input_bytes = model::input_bytes, output_bytes = model::output_bytes;
#if TINYML_INPUT_IN_ARENA
TINYML_INPUT* input() { return model::input_buffer(); }
#else
alignas(8) TINYML_INPUT own_input[model::input_bytes / sizeof(TINYML_INPUT)];
TINYML_INPUT* input() { return own_input; }
#endif
const TINYML_OUTPUT* output;

void invoke() { output = model::invoke(input()); }
#if TINYML_STREAMING
void classify() { output = model::classify(); }
#endif

/// read(void*, bytes) for every input in order.
template <class Read>
void read_inputs(Read read) {
  read(input(), input_bytes);
}
/// write(const void*, bytes) for every output in order.
template <class Write>
void write_outputs(Write write) {
  write(output, output_bytes);
}

#else

#define X(type, name, bytes) +bytes
const size_t input_bytes = TINYML_INPUTS, output_bytes = TINYML_OUTPUTS;
#undef X

#define X(type, name, bytes) alignas(8) type name[bytes / sizeof(type)];
struct {
  TINYML_INPUTS
} given;
#undef X
model::Outputs results;

#define X(type, name, bytes) given.name,
void invoke() { results = model::invoke({TINYML_INPUTS}); }
#undef X

template <class Read>
void read_inputs(Read read) {
#define X(type, name, bytes) read(given.name, size_t{bytes});
  TINYML_INPUTS
#undef X
}
template <class Write>
void write_outputs(Write write) {
#define X(type, name, bytes) write(results.name, size_t{bytes});
  TINYML_OUTPUTS
#undef X
}

#endif

}  // namespace ports
