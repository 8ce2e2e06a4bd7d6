/* SPDX-License-Identifier: MIT
 *
 * What the ESP32's LX6 takes for lx106 code when no memory makes it wait. Its instruction latencies are not
 * published. The Xtensa ISA reference manual gives the rule for the five-stage pipeline: one instruction a
 * cycle, a value of stage M (a load, a product) delays its use in stage E by their distance, a taken branch
 * drops what was fetched after it, two instructions. The LX6 has seven stages (XCHAL_DATA_PIPE_DELAY is 2 in
 * Espressif's core-isa.h), one more of fetch and one more between E and M, so both are one longer here.
 */
#ifndef TINYML_XTENSA_COST_H
#define TINYML_XTENSA_COST_H

enum { XTENSA_TAKEN_CYCLES = 3 };

/* Registers as bits: what an instruction reads, and what it gives late, in stage M. */
struct xtensa_use {
  unsigned reads, late;
};

/* The last two instructions' late registers. */
struct xtensa_pipe {
  unsigned last, before;
};

static inline unsigned xtensa_size(unsigned first_byte) { return (first_byte & 8) ? 2 : 3; }

static inline struct xtensa_use xtensa_use_of(unsigned op) {
  const unsigned kind = op & 15, r = (op >> 12) & 15, op1 = (op >> 16) & 15, op2 = (op >> 20) & 15;
  const unsigned t = 1u << ((op >> 4) & 15), s = 1u << ((op >> 8) & 15);
  struct xtensa_use use = {0, 0};
  switch (kind) {
    case 0:
      if (op1 == 0 && op2 == 0) { /* returns and jumps read s; barriers and the rest nothing that matters */
        use.reads = r == 0 ? s : 0;
      } else if ((op1 == 0 && op2 == 4) || (op1 == 1 && (op2 < 2 || op2 == 10))) { /* SSR, NSAU, SLLI, SLL */
        use.reads = s;
      } else if ((op1 == 0 && op2 == 6) || (op1 == 1 && (op2 < 8 || op2 == 9 || op2 == 11)) || op1 == 4 ||
                 op1 == 5) { /* NEG, ABS, SRAI, SRLI, SRL, SRA, EXTUI */
        use.reads = t;
      } else {
        use.reads = s | t;
      }
      if ((op1 == 1 && op2 >= 12) || op1 == 2) use.late = 1u << r; /* MUL16U, MUL16S, MULL */
      break;
    case 1: /* L32R */
      use.late = t;
      break;
    case 2:
      if (r < 3 || r == 9) { /* L8UI, L16UI, L32I, L16SI */
        use.late = t;
        use.reads = s;
      } else if (r != 10) { /* not MOVI: stores read t too, ADDI writes it */
        use.reads = r < 8 ? s | t : s;
      }
      break;
    case 6: /* J reads none */
      use.reads = ((op >> 4) & 3) ? s : 0;
      break;
    case 7: /* branches; those on a bit number read s alone */
      use.reads = (r & 6) == 6 ? s : s | t;
      break;
    case 8: /* L32I.N */
      use.late = t;
      use.reads = s;
      break;
    case 9:  /* S32I.N */
    case 10: /* ADD.N */
      use.reads = s | t;
      break;
    case 12: /* MOVI.N reads none; BEQZ.N, BNEZ.N */
      use.reads = (op & 0x80) ? s : 0;
      break;
    case 11: /* ADDI.N */
    case 13: /* MOV.N, RET.N */
      use.reads = s;
      break;
    default: /* CALL0 */
      break;
  }
  return use;
}

/* The cycles that an instruction waits before it issues. */
static inline unsigned xtensa_wait(struct xtensa_pipe* pipe, struct xtensa_use use) {
  const unsigned wait = (use.reads & pipe->last) ? 2 : (use.reads & pipe->before) ? 1 : 0;
  pipe->before = wait ? 0 : pipe->last;
  pipe->last = use.late;
  return wait;
}

#endif
