/* SPDX-License-Identifier: MIT
 *
 * What a Thumb instruction costs when no memory makes it wait, by the instruction timings of the Cortex-M4
 * (Arm 100166) and Cortex-M0+ (Arm DDI 0484) technical reference manuals. A taken branch comes on top.
 */
#ifndef TINYML_THUMB_COST_H
#define TINYML_THUMB_COST_H

enum { M4_TAKEN_CYCLES = 2, M0PLUS_TAKEN_CYCLES = 1 };

struct cost {
  unsigned cycles;
  int access; /* a load or store */
  int load;   /* a single load: one cycle less when another access follows (M3/M4) */
};

static inline unsigned ones(unsigned bits) { return (unsigned)__builtin_popcount(bits); }

static inline struct cost cost_of_16(unsigned op, int is_m0plus) {
  struct cost cost = {1, 0, 0};
  const unsigned store_cycles = is_m0plus ? 2 : 1;
  int load = 0, store = 0;
  if ((op & 0xF800) == 0x4800) {
    load = 1;
  } else if ((op & 0xF000) == 0x5000) {
    const unsigned kind = (op >> 9) & 7;
    load = kind >= 3;
    store = !load;
  } else if ((op & 0xE000) == 0x6000 || (op & 0xE000) == 0x8000) {
    load = (op >> 11) & 1;
    store = !load;
  }
  if (load) {
    cost.cycles = 2;
    cost.access = cost.load = 1;
  } else if (store) {
    cost.cycles = store_cycles;
    cost.access = 1;
  } else if ((op & 0xF600) == 0xB400) { /* PUSH, POP */
    const int to_pc = (op & 0x0900) == 0x0900;
    cost.cycles = 1 + ones(op & 0x1FF);
    if (is_m0plus && to_pc) cost.cycles += 1;
    cost.access = 1;
  } else if ((op & 0xF000) == 0xC000) { /* LDM, STM */
    cost.cycles = 1 + ones(op & 0xFF);
    cost.access = 1;
  }
  return cost;
}

static inline struct cost cost_of_vfp(unsigned first, unsigned second) {
  struct cost cost = {1, 0, 0};
  if ((first & 0xFE00) == 0xEC00) {
    if ((first & 0xFFE0) == 0xEC40) { /* VMOV of two core registers */
      cost.cycles = 2;
      return cost;
    }
    const int single = (first & 0x0120) == 0x0100;
    const unsigned words = single ? ((second & 0x0100) ? 2 : 1) : (second & 0xFF);
    const int load = (first >> 4) & 1;
    cost.access = 1;
    cost.cycles = 1 + words;
    if (single && words == 1) {
      cost.cycles = load ? 2 : 1;
      cost.load = load;
    }
    return cost;
  }
  if ((first & 0xFF00) == 0xEE00 && !(second & 0x10)) {
    switch (((first >> 5) & 4) | ((first >> 4) & 3)) {
      case 0: /* VMLA, VMLS */
      case 1: /* VNMLA, VNMLS */
      case 5: /* VFNMA, VFNMS */
      case 6: /* VFMA, VFMS */
        cost.cycles = 3;
        break;
      case 4: /* VDIV */
        cost.cycles = 14;
        break;
      case 7: /* VSQRT among moves, comparisons and conversions */
        if ((first & 0xF) == 1 && (second & 0xC0) == 0xC0) cost.cycles = 14;
        break;
      default:
        break;
    }
  }
  return cost;
}

static inline struct cost cost_of_32(unsigned first, unsigned second, int is_m0plus) {
  struct cost cost = {1, 0, 0};
  if (is_m0plus) { /* BL 3 with the taken branch; MRS, MSR, DSB, DMB, ISB 3 */
    cost.cycles = (second & 0xD000) == 0xD000 ? 2 : 3;
    return cost;
  }
  if ((first & 0xFE00) == 0xE800) {
    if (!(first & 0x40)) { /* LDM, STM, PUSH, POP */
      cost.cycles = 1 + ones(second);
      cost.access = 1;
    } else if (first & 0x0120) { /* LDRD, STRD */
      cost.cycles = 3;
      cost.access = 1;
    } else { /* exclusive accesses and table branches */
      cost.cycles = 2;
      cost.access = 1;
    }
  } else if ((first & 0xFE00) == 0xF800) {
    const int load = (first >> 4) & 1;
    const int word = (first & 0x60) == 0x40;
    const int hint = load && !word && (second >> 12) == 15;
    if (!hint) {
      cost.access = 1;
      cost.load = load;
      cost.cycles = load ? 2 : 1;
    }
  } else if ((first & 0xEC00) == 0xEC00) {
    cost = cost_of_vfp(first, second);
  } else if ((first & 0xFFD0) == 0xFB90 && (second & 0xF0) == 0xF0) { /* SDIV, UDIV */
    cost.cycles = 7;
  } else if ((first & 0xFFE0) == 0xF3E0 || (first & 0xFFE0) == 0xF380) {
    if ((second & 0xD000) == 0x8000) cost.cycles = 2; /* MRS, MSR */
  }
  return cost;
}

#endif
