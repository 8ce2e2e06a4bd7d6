// SPDX-License-Identifier: Apache-2.0
// Vector table, reset and measured call of a Cortex-M program on QEMU's machines.
#include <stdint.h>

#include "machine.h"

extern "C" {
extern uint32_t harness_stack_top, harness_data_load, harness_data_start, harness_data_end, harness_bss_start,
    harness_bss_end;
typedef void (*Initializer)();
extern Initializer harness_init_start, harness_init_end;
int main();

__attribute__((optimize("no-tree-loop-distribute-patterns"))) void harness_reset() {
#if defined(__ARM_FP)
  *reinterpret_cast<volatile uint32_t*>(0xE000ED88) |= 0xFu << 20;  // CPACR: floating point on
  __asm__ volatile("dsb\n\tisb");
#endif
  const uint32_t* from = &harness_data_load;
  for (uint32_t* to = &harness_data_start; to < &harness_data_end;) *to++ = *from++;
  for (uint32_t* to = &harness_bss_start; to < &harness_bss_end;) *to++ = 0;
  for (Initializer* call = &harness_init_start; call < &harness_init_end; ++call) (*call)();
  harness::leave(main() == 0);
}

void harness_fault() { harness::fail("the program stopped with a fault\n"); }

struct Vectors {
  const void* stack_top;
  void (*handlers[15])();
};
__attribute__((section(".harness.vectors"), used))
const Vectors harness_vectors = {&harness_stack_top,
                                 {harness_reset, harness_fault, harness_fault, harness_fault, harness_fault,
                                  harness_fault, harness_fault, harness_fault, harness_fault, harness_fault,
                                  harness_fault, harness_fault, harness_fault, harness_fault, harness_fault}};
}

__asm__(
    ".syntax unified\n.section .text.harness_call,\"ax\",%progbits\n"
    ".thumb_func\n.global harness_call\n.type harness_call,%function\n"
    "harness_call:\n"
    "  push {r4, lr}\n"
    "  mov r1, sp\n"
    "  ldr r2, =harness_stack_at_call\n"
    "  str r1, [r2]\n"
    "  b harness_run_begin\n"
    ".thumb_func\n.global harness_run_begin\n"
    "harness_run_begin:\n"
    "  blx r0\n"
    ".thumb_func\n.global harness_run_end\n"
    "harness_run_end:\n"
    "  pop {r4, pc}\n"
    ".ltorg\n"
    ".size harness_call, . - harness_call\n"
    ".text\n");
