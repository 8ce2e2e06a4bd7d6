// SPDX-License-Identifier: Apache-2.0
// Reset, exception vectors and the measured call of a program on QEMU's lx106 (CALL0 convention: a0 is the
// return address, a1 the stack).
#include <stdint.h>

#include "machine.h"

extern "C" {
extern uint32_t harness_data_load, harness_data_start, harness_data_end, harness_bss_start, harness_bss_end;
typedef void (*Initializer)();
extern Initializer harness_init_start, harness_init_end;
int main();

__attribute__((optimize("no-tree-loop-distribute-patterns"))) void harness_reset() {
  const uint32_t* from = &harness_data_load;
  for (uint32_t* to = &harness_data_start; to < &harness_data_end;) *to++ = *from++;
  for (uint32_t* to = &harness_bss_start; to < &harness_bss_end;) *to++ = 0;
  // .ctors, which this compiler fills instead of .init_array, is called from its end.
  for (Initializer* call = &harness_init_end; call > &harness_init_start;) (*--call)();
  harness::leave(main() == 0);
}

void harness_fault() { harness::fail("the program stopped with a fault\n"); }
}

// The handlers of kernel, user and double exceptions are 0x30, 0x50 and 0x70 after the vector base.
__asm__(
    ".section .harness.reset,\"ax\",@progbits\n"
    ".global harness_reset_vector\n"
    "harness_reset_vector:\n"
    "  j 1f\n"
    "  .align 4\n"
    "2: .word harness_stack_top, harness_reset\n"
    "1: l32r a1, 2b\n"
    "  l32r a2, 2b + 4\n"
    "  jx a2\n"
    ".section .harness.exceptions,\"ax\",@progbits\n"
    "  .align 4\n"
    "2: .word harness_stack_top, harness_fault\n"
    "1: l32r a1, 2b\n"
    "  l32r a2, 2b + 4\n"
    "  jx a2\n"
    "  .org 0x30\n"
    "  j 1b\n"
    "  .org 0x50\n"
    "  j 1b\n"
    "  .org 0x70\n"
    "  j 1b\n"
    ".section .text.harness_call,\"ax\",@progbits\n"
    "  .align 4\n"
    "2: .word harness_stack_at_call\n"
    ".global harness_call\n.type harness_call,@function\n"
    "harness_call:\n"
    "  addi a1, a1, -16\n"
    "  s32i a0, a1, 0\n"
    "  l32r a3, 2b\n"
    "  s32i a1, a3, 0\n"
    "  j harness_run_begin\n"
    ".global harness_run_begin\n"
    "harness_run_begin:\n"
    "  callx0 a2\n"
    ".global harness_run_end\n"
    "harness_run_end:\n"
    "  l32i a0, a1, 0\n"
    "  addi a1, a1, 16\n"
    "  ret\n"
    ".size harness_call, . - harness_call\n"
    ".text\n");
