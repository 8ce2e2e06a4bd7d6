// SPDX-License-Identifier: Apache-2.0
#include "tinyml/base/sha256.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

namespace tinyml {
namespace {

constexpr std::array<uint32_t, 64> kRound{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

void add_block(std::array<uint32_t, 8>& state, const uint8_t* block) {
  std::array<uint32_t, 64> w;
  for (int i = 0; i < 16; ++i) {
    w[i] = uint32_t{block[4 * i]} << 24 | uint32_t{block[4 * i + 1]} << 16 | uint32_t{block[4 * i + 2]} << 8 |
           uint32_t{block[4 * i + 3]};
  }
  for (int i = 16; i < 64; ++i) {
    const uint32_t s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3);
    const uint32_t s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (int i = 0; i < 64; ++i) {
    const uint32_t t1 =
        h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & f) ^ (~e & g)) + kRound[i] + w[i];
    const uint32_t t2 =
        (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  const std::array<uint32_t, 8> sum{a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) state[i] += sum[i];
}

class Sha256 {
 public:
  void add(std::span<const uint8_t> bytes) {
    size_ += bytes.size();
    if (!rest_.empty()) {
      const size_t taken = std::min(bytes.size(), 64 - rest_.size());
      rest_.insert(rest_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
      bytes = bytes.subspan(taken);
      if (rest_.size() < 64) return;
      add_block(state_, rest_.data());
      rest_.clear();
    }
    for (; bytes.size() >= 64; bytes = bytes.subspan(64)) add_block(state_, bytes.data());
    rest_.assign(bytes.begin(), bytes.end());
  }

  std::array<uint8_t, 32> digest() {
    const uint64_t bits = size_ * 8;
    rest_.push_back(0x80);
    while (rest_.size() % 64 != 56) rest_.push_back(0);
    for (int shift = 56; shift >= 0; shift -= 8) rest_.push_back(static_cast<uint8_t>(bits >> shift));
    for (size_t i = 0; i < rest_.size(); i += 64) add_block(state_, rest_.data() + i);
    std::array<uint8_t, 32> result;
    for (size_t i = 0; i < result.size(); ++i) {
      result[i] = static_cast<uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
    }
    return result;
  }

 private:
  std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::vector<uint8_t> rest_;  // shorter than a block
  uint64_t size_ = 0;
};

std::string hex(const std::array<uint8_t, 32>& digest) {
  std::string text;
  for (const uint8_t byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace

std::string sha256_hex(std::span<const uint8_t> bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hex(hash.digest());
}

std::string hmac_sha256_hex(std::string_view key, std::span<const uint8_t> message) {
  std::array<uint8_t, 64> block{};
  const std::span<const uint8_t> key_bytes(reinterpret_cast<const uint8_t*>(key.data()), key.size());
  if (key.size() > block.size()) {
    Sha256 hash;
    hash.add(key_bytes);
    const std::array<uint8_t, 32> digest = hash.digest();
    std::copy(digest.begin(), digest.end(), block.begin());
  } else {
    std::copy(key_bytes.begin(), key_bytes.end(), block.begin());
  }
  const auto padded = [&](uint8_t pad) {
    std::array<uint8_t, 64> mixed = block;
    for (uint8_t& byte : mixed) byte ^= pad;
    return mixed;
  };
  Sha256 inner, outer;
  inner.add(padded(0x36));
  inner.add(message);
  outer.add(padded(0x5c));
  outer.add(inner.digest());
  return hex(outer.digest());
}

}  // namespace tinyml
