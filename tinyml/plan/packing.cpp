// SPDX-License-Identifier: Apache-2.0
#include "tinyml/plan/packing.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <tuple>
#include <utility>

#include "tinyml/base/error.h"
#include "tinyml/base/random.h"

namespace tinyml::plan {
namespace {

using Order = std::vector<size_t>;

constexpr size_t kExactBuffers = 20;
constexpr int kExactSteps = 200'000;
constexpr int kExchanges = 2'000;

int64_t aligned(int64_t offset, const Buffer& buffer) {
  return (offset + buffer.alignment - 1) / buffer.alignment * buffer.alignment;
}

/// The lowest offset where `x` conflicts with none of `placed`.
int64_t lowest_offset(const Packing& packing, const std::vector<int64_t>& offsets, const Order& placed,
                      size_t x) {
  std::vector<std::pair<int64_t, int64_t>> forbidden;  // open intervals
  for (size_t p : placed) {
    if (!packing.conflict(x, p)) continue;
    forbidden.emplace_back(offsets[p] - packing.gap(x, p), offsets[p] + packing.gap(p, x));
  }
  std::sort(forbidden.begin(), forbidden.end());
  int64_t offset = 0;
  for (const auto& [low, high] : forbidden) {
    if (low < offset && offset < high) offset = aligned(high, packing[x]);
  }
  return offset;
}

template <class Key>
Order sorted_by(const Packing& packing, Key key) {
  Order order(packing.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return key(packing[a]) < key(packing[b]); });
  return order;
}

std::vector<Order> greedy_orders(const Packing& packing) {
  const auto area = [](const Buffer& b) { return b.bytes * (b.last - b.first + 1); };
  std::vector<Order> orders = {
      sorted_by(packing, [](const Buffer& b) { return -b.bytes; }),
      sorted_by(packing, [&](const Buffer& b) { return -area(b); }),
      sorted_by(packing, [](const Buffer& b) { return std::tuple(b.first - b.last, -b.bytes); }),
      sorted_by(packing, [](const Buffer& b) { return std::tuple(b.first, -b.bytes); }),
      sorted_by(packing, [](const Buffer& b) { return std::tuple(-b.last, -b.bytes); }),
  };
  // The buffers of the fullest node first: they decide the arena.
  int32_t fullest = 0;
  for (size_t i = 0; i < packing.size(); ++i) {
    if (packing.live_bytes(packing[i].first) > packing.live_bytes(fullest)) fullest = packing[i].first;
  }
  for (const bool later_first : {true, false}) {
    orders.push_back(sorted_by(packing, [&](const Buffer& b) {
      const bool live = b.first <= fullest && fullest <= b.last;
      return std::tuple(!live, live ? (later_first ? -b.first : b.first) : 0, -b.bytes);
    }));
  }
  return orders;
}

/// Branch and bound over placements in rising order of offset, which contain an optimal one.
class ExactSearch {
 public:
  ExactSearch(const Packing& packing, Placement best)
      : packing_(packing), best_(std::move(best)), offsets_(packing.size()), lower_(packing.lower_bound()) {}

  Placement run() {
    Order rest(packing_.size());
    std::iota(rest.begin(), rest.end(), size_t{0});
    descend(rest, 0, 0);
    return std::move(best_);
  }

 private:
  void descend(const Order& rest, int64_t floor, int64_t bytes) {
    if (rest.empty()) {
      if (bytes < best_.bytes) best_ = {offsets_, bytes};
      return;
    }
    std::vector<std::tuple<int64_t, int64_t, size_t>> choices;  // offset, -size, buffer
    for (size_t x : rest) {
      int64_t offset = floor;
      for (size_t p : placed_) {
        if (packing_.conflict(x, p)) offset = std::max(offset, offsets_[p] + packing_.gap(p, x));
      }
      offset = aligned(offset, packing_[x]);
      if (offset + packing_[x].bytes >= best_.bytes) return;  // and it only rises
      choices.emplace_back(offset, -packing_[x].bytes, x);
    }
    std::sort(choices.begin(), choices.end());
    for (const auto& [offset, size, x] : choices) {
      if (best_.bytes <= lower_ || ++steps_ > kExactSteps) return;
      if (std::max(bytes, offset - size) >= best_.bytes) continue;
      offsets_[x] = offset;
      placed_.push_back(x);
      Order left = rest;
      left.erase(std::find(left.begin(), left.end(), x));
      descend(left, offset, std::max(bytes, offset - size));
      placed_.pop_back();
    }
  }

  const Packing& packing_;
  Placement best_;
  std::vector<int64_t> offsets_;
  Order placed_;
  int64_t lower_;
  int steps_ = 0;
};

}  // namespace

Packing::Packing(std::vector<Buffer> buffers)
    : buffers_(std::move(buffers)), gap_(buffers_.size() * buffers_.size(), -1) {
  for (size_t a = 0; a < size(); ++a) {
    for (size_t b = 0; b < size(); ++b) {
      const bool together = buffers_[a].first <= buffers_[b].last && buffers_[b].first <= buffers_[a].last;
      if (a != b && together) set_gap(a, b, buffers_[a].bytes);
    }
  }
}

int64_t Packing::live_bytes(int32_t time) const {
  std::vector<size_t> live;
  int64_t sum = 0;
  for (size_t i = 0; i < size(); ++i) {
    if (buffers_[i].first > time || time > buffers_[i].last) continue;
    live.push_back(i);
    sum += buffers_[i].bytes;
  }
  int64_t saved = 0;
  for (size_t a : live) {
    for (size_t b : live) {
      if (a == b || gap(a, b) >= buffers_[a].bytes) continue;
      const int64_t shared = std::max(buffers_[a].bytes, gap(a, b) + buffers_[b].bytes);
      saved = std::max(saved, buffers_[a].bytes + buffers_[b].bytes - shared);
    }
  }
  return sum - saved;
}

int64_t Packing::lower_bound() const {
  int64_t bound = 0;
  for (const Buffer& buffer : buffers_) bound = std::max(bound, live_bytes(buffer.first));
  return bound;
}

Placement first_fit(const Packing& packing, const std::vector<size_t>& order) {
  Placement placement{std::vector<int64_t>(packing.size(), 0), 0};
  Order placed;
  for (size_t x : order) {
    placement.offsets[x] = lowest_offset(packing, placement.offsets, placed, x);
    placement.bytes = std::max(placement.bytes, placement.offsets[x] + packing[x].bytes);
    placed.push_back(x);
  }
  return placement;
}

Placement pack(const Packing& packing) {
  if (packing.size() == 0) return {};
  const int64_t bound = packing.lower_bound();
  Placement best;
  Order best_order;
  const auto consider = [&](const Order& order) {
    Placement found = first_fit(packing, order);
    if (!best_order.empty() && found.bytes >= best.bytes) return false;
    best = std::move(found);
    best_order = order;
    return true;
  };
  for (const Order& order : greedy_orders(packing)) {
    consider(order);
    consider(Order(order.rbegin(), order.rend()));
    if (best.bytes == bound) return best;
  }
  Random random(packing.size());
  for (int i = 0; i < kExchanges && best.bytes > bound && packing.size() > 1; ++i) {
    Order order = best_order;
    const size_t from = random.below(order.size()), to = random.below(order.size());
    const size_t moved = order[from];
    order.erase(order.begin() + static_cast<std::ptrdiff_t>(from));
    order.insert(order.begin() + static_cast<std::ptrdiff_t>(to), moved);
    consider(order);
  }
  if (best.bytes > bound && packing.size() <= kExactBuffers) best = ExactSearch(packing, best).run();
  TINYML_CHECK(best.bytes >= bound);
  return best;
}

}  // namespace tinyml::plan
