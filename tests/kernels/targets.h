// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hwy/targets.h>

namespace tinyml {

/// Calls body() once with each instruction set that this CPU has and the kernels were built for.
template <class Body>
void for_each_target(const Body& body) {
  const int64_t all = hwy::SupportedTargets();
  for (int64_t rest = all; rest != 0; rest &= rest - 1) {
    const int64_t target = rest & -rest;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    SCOPED_TRACE(hwy::TargetName(target));
    body();
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace tinyml
