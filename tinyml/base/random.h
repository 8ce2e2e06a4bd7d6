// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

namespace tinyml {

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine for a seed. Streams of work
/// that run in parallel each take their own `fork`, so results do not depend on the number of threads.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  /// An independent stream named by `key`; the same for the same seed and key.
  Random fork(uint64_t key) const {
    Random mixed(state_ ^ (key * 0xD1342543DE82EF95u + 0x2545F4914F6CDD1Du));
    return Random(mixed.next());
  }
  /// Uniform in [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform in [0, n); n > 0.
  uint64_t below(uint64_t n) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(next()) * n) >> 64);
  }
  /// Standard normal, by the polar method of Marsaglia and Bray (1964).
  double normal();

 private:
  uint64_t state_;
};

/// Fisher-Yates with `random`.
template <class Container>
void shuffle(Container& items, Random& random) {
  for (uint64_t i = items.size(); i > 1; --i) {
    using std::swap;
    swap(items[i - 1], items[random.below(i)]);
  }
}

}  // namespace tinyml
