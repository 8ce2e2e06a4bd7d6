// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/random.h"

#include <cmath>

namespace tinyml {

double Random::normal() {
  for (;;) {
    const double u = uniform(-1, 1);
    const double v = uniform(-1, 1);
    const double s = u * u + v * v;
    if (s > 0 && s < 1) return u * std::sqrt(-2 * std::log(s) / s);
  }
}

}  // namespace tinyml
