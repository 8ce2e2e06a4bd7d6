/* SPDX-License-Identifier: MIT
 *
 * Counts retired instructions and modelled cycles of Thumb and Xtensa code, a function at a time. QEMU alone loads
 * this file; it shares nothing with the rest of TinyML.
 *
 * Arguments: config=FILE, result=FILE. The config has one entry a line, addresses in hexadecimal:
 *   core m4|m0plus|xtensa
 *   begin ADDRESS        a run starts with the block at this address
 *   end ADDRESS          and stops before the block at this one
 *   layer INDEX ADDRESS  the block at this address switches the count to region INDEX (from 1)
 *   root LOW HIGH        blocks in [LOW, HIGH) switch it back to region 0
 * The result has, for every run in order, the lines "run INSTRUCTIONS CYCLES" and "region INDEX
 * INSTRUCTIONS CYCLES". A predicated instruction that does not execute counts as retired.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "thumb_cost.h"
#include "xtensa_cost.h"

/* The few declarations of QEMU's plugin interface that are used here, versions 1 and later. */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef void (*translate_callback)(qemu_plugin_id_t id, struct qemu_plugin_tb *block);
typedef void (*execute_callback)(unsigned int cpu, void *data);
typedef void (*exit_callback)(qemu_plugin_id_t id, void *data);
enum { CALLBACK_TOUCHES_NO_REGISTERS = 0 };
extern void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, translate_callback callback);
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *block, execute_callback callback,
                                                 int flags, void *data);
extern void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, exit_callback callback, void *data);
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
extern uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *block);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
extern size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *instruction);
/* Up to version 2 it takes one argument and returns a pointer; from 3 it copies and returns the size. */
extern uintptr_t qemu_plugin_insn_data(const struct qemu_plugin_insn *instruction, void *copy, size_t size);
/* Appeared with version 2, which is also the least that QEMU 9 and later accept. */
extern int qemu_plugin_num_vcpus(void) __attribute__((weak));

#define EXPORTED __attribute__((visibility("default")))
EXPORTED int qemu_plugin_version = 1;
__attribute__((constructor)) static void choose_version(void) {
  if (qemu_plugin_num_vcpus) qemu_plugin_version = 2;
}

enum { MAX_LAYERS = 1024, MAX_ROOTS = 256, MAX_RUNS = 4096, MAX_MARKERS = 8 };
enum { KEEP_REGION = -1 };

struct range {
  uint64_t low, high;
};
struct entry {
  uint64_t address;
  int region;
};
struct count {
  uint64_t instructions, cycles;
};

static int is_m0plus, is_xtensa;
static int taken_penalty = M4_TAKEN_CYCLES;
static uint64_t begins[MAX_MARKERS], ends[MAX_MARKERS];
static int begin_count, end_count;
static struct entry layers[MAX_LAYERS];
static int layer_count, region_count = 1;
static struct range roots[MAX_ROOTS];
static int root_count;
static char *result_path;

static struct count *counts; /* [run][region] */
static int run_count;
static int counting;
static int region;

/* What a translated block costs each time it runs. */
struct block {
  uint64_t start, end;
  uint32_t instructions, cycles;
  int16_t region;
  uint8_t begins_run, ends_run;
  uint8_t starts_with_access, ends_with_load; /* Thumb */
  struct xtensa_use first[2];                 /* Xtensa: of the first two instructions, and after the last */
  uint8_t second_waits;
  struct xtensa_pipe pipe;
};
static const struct block *previous;
static struct xtensa_pipe pipe; /* after the previous block */

/* What the end of one block changes in the cycles of the next where no branch was taken. */
static int cycles_between(const struct block *before, const struct block *after) {
  if (!is_xtensa) return before->ends_with_load && after->starts_with_access ? -1 : 0;
  const unsigned first_waits = xtensa_wait(&pipe, after->first[0]);
  if (after->instructions == 1 || first_waits || after->second_waits) return (int)first_waits;
  return (after->first[1].reads & pipe.before) ? 1 : 0;
}

static void execute(unsigned int cpu, void *data) {
  const struct block *block = data;
  (void)cpu;
  if (!counting && !block->begins_run) return;
  int fell_through = 0;
  if (counting && previous) {
    struct count *count = &counts[(size_t)(run_count - 1) * region_count + region];
    if (previous->end != block->start) {
      count->cycles += (uint64_t)taken_penalty;
    } else if (!block->ends_run) {
      count->cycles += (uint64_t)cycles_between(previous, block);
      fell_through = 1;
    }
  }
  if (block->ends_run) counting = 0;
  if (block->begins_run && run_count < MAX_RUNS) {
    counting = 1;
    region = 0;
    ++run_count;
  }
  previous = counting ? block : NULL;
  if (!fell_through || block->instructions > 1) pipe = block->pipe;
  if (!counting) return;
  if (block->region != KEEP_REGION) region = block->region;
  struct count *count = &counts[(size_t)(run_count - 1) * region_count + region];
  count->instructions += block->instructions;
  count->cycles += block->cycles;
}

static int is_marker(const uint64_t *markers, int count, uint64_t address) {
  for (int i = 0; i < count; ++i) {
    if (markers[i] == address) return 1;
  }
  return 0;
}

static unsigned scan_thumb(struct block *block, size_t index, unsigned op, int *after_load) {
  const unsigned first = op & 0xFFFF, second = op >> 16;
  /* Not the size that QEMU gives: before the end of a page it has looked one halfword ahead. */
  const unsigned size = (first >> 11) >= 0x1D ? 4 : 2;
  const struct cost cost = size == 4 ? cost_of_32(first, second, is_m0plus) : cost_of_16(first, is_m0plus);
  block->cycles += cost.cycles;
  if (*after_load && cost.access) block->cycles -= 1;
  if (index == 0) block->starts_with_access = (uint8_t)cost.access;
  *after_load = cost.load && !is_m0plus;
  return size;
}

static unsigned scan_xtensa(struct block *block, size_t index, unsigned op) {
  const unsigned size = xtensa_size(op);
  const struct xtensa_use use = xtensa_use_of(size == 2 ? op & 0xFFFF : op & 0xFFFFFF);
  const unsigned waits = xtensa_wait(&block->pipe, use);
  block->cycles += 1 + waits;
  if (index < 2) block->first[index] = use;
  if (index == 1) block->second_waits = (uint8_t)waits;
  return size;
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *translated) {
  (void)id;
  struct block *block = calloc(1, sizeof *block); /* lives as long as QEMU may run it */
  if (!block) abort();
  const size_t n = qemu_plugin_tb_n_insns(translated);
  block->start = block->end = qemu_plugin_tb_vaddr(translated);
  block->instructions = (uint32_t)n;
  int after_load = 0;
  for (size_t i = 0; i < n; ++i) {
    const struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(translated, i);
    const size_t known = qemu_plugin_insn_size(instruction);
    uint8_t bytes[4] = {0};
    const uintptr_t data = qemu_plugin_insn_data(instruction, bytes, sizeof bytes);
    if (data > sizeof bytes) memcpy(bytes, (const void *)data, known < 4 ? known : 4);
    const unsigned op =
        bytes[0] | (unsigned)bytes[1] << 8 | (unsigned)bytes[2] << 16 | (unsigned)bytes[3] << 24;
    block->end += is_xtensa ? scan_xtensa(block, i, op) : scan_thumb(block, i, op, &after_load);
  }
  block->ends_with_load = (uint8_t)after_load;
  block->begins_run = (uint8_t)is_marker(begins, begin_count, block->start);
  block->ends_run = (uint8_t)is_marker(ends, end_count, block->start);
  block->region = KEEP_REGION;
  for (int i = 0; i < root_count; ++i) {
    if (block->start >= roots[i].low && block->start < roots[i].high) block->region = 0;
  }
  for (int i = 0; i < layer_count; ++i) {
    if (layers[i].address == block->start) block->region = (int16_t)layers[i].region;
  }
  qemu_plugin_register_vcpu_tb_exec_cb(translated, execute, CALLBACK_TOUCHES_NO_REGISTERS, block);
}

static void finish(qemu_plugin_id_t id, void *data) {
  (void)id;
  (void)data;
  FILE *file = fopen(result_path, "w");
  if (!file) return;
  for (int run = 0; run < run_count; ++run) {
    const struct count *row = counts + (size_t)run * region_count;
    struct count total = {0, 0};
    for (int i = 0; i < region_count; ++i) {
      total.instructions += row[i].instructions;
      total.cycles += row[i].cycles;
    }
    fprintf(file, "run %" PRIu64 " %" PRIu64 "\n", total.instructions, total.cycles);
    for (int i = 0; i < region_count; ++i) {
      fprintf(file, "region %d %" PRIu64 " %" PRIu64 "\n", i, row[i].instructions, row[i].cycles);
    }
  }
  fputs(counting ? "open\n" : "closed\n", file);
  fclose(file);
}

static int read_config(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) return 0;
  char line[256];
  int good = 1;
  while (good && fgets(line, sizeof line, file)) {
    char name[16];
    unsigned long long a = 0, b = 0;
    int index = 0;
    if (sscanf(line, "core %15s", name) == 1) {
      is_m0plus = strcmp(name, "m0plus") == 0;
      is_xtensa = strcmp(name, "xtensa") == 0;
      taken_penalty = is_xtensa   ? XTENSA_TAKEN_CYCLES
                      : is_m0plus ? M0PLUS_TAKEN_CYCLES
                                  : M4_TAKEN_CYCLES;
    } else if (sscanf(line, "begin %llx", &a) == 1 && begin_count < MAX_MARKERS) {
      begins[begin_count++] = a;
    } else if (sscanf(line, "end %llx", &a) == 1 && end_count < MAX_MARKERS) {
      ends[end_count++] = a;
    } else if (sscanf(line, "layer %d %llx", &index, &a) == 2 && layer_count < MAX_LAYERS && index > 0 &&
               index < MAX_LAYERS) {
      layers[layer_count++] = (struct entry){a, index};
      if (index >= region_count) region_count = index + 1;
    } else if (sscanf(line, "root %llx %llx", &a, &b) == 2 && root_count < MAX_ROOTS) {
      roots[root_count++] = (struct range){a, b};
    } else {
      good = 0;
    }
  }
  fclose(file);
  return good;
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv) {
  (void)info;
  const char *config = NULL;
  for (int i = 0; i < argc; ++i) {
    if (strncmp(argv[i], "config=", 7) == 0) config = argv[i] + 7;
    if (strncmp(argv[i], "result=", 7) == 0) result_path = strdup(argv[i] + 7);
  }
  if (!config || !result_path || !read_config(config)) {
    fputs("count: needs a valid config=FILE and result=FILE\n", stderr);
    return 1;
  }
  counts = calloc((size_t)MAX_RUNS * (size_t)region_count, sizeof *counts);
  if (!counts) return 1;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
  qemu_plugin_register_atexit_cb(id, finish, NULL);
  return 0;
}
