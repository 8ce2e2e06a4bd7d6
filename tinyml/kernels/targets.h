// SPDX-License-Identifier: Apache-2.0
#pragma once

// Included before Highway by every source of this room. Instruction sets left out: no host of today stops
// at SSSE3, and vectors of unknown size (SVE) cannot be held in the arrays of the micro-kernels.
#define TINYML_UNUSED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#ifdef TINYML_SANITIZE  // the same code again, which takes minutes to compile: AVX2 stands for all
#define HWY_DISABLED_TARGETS (TINYML_UNUSED_TARGETS | HWY_SSE4 | HWY_AVX3)
#else
#define HWY_DISABLED_TARGETS TINYML_UNUSED_TARGETS
#endif
