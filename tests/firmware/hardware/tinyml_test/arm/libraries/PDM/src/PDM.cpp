// SPDX-License-Identifier: Apache-2.0
#include "PDM.h"

#include <Arduino.h>

namespace {

constexpr int block_bytes = 512;
constexpr uint32_t ticks_a_block = 2500;  // 100,000 instructions in QEMU
void (*receive)() = nullptr;
int waiting_bytes = 0;
uint32_t samples_made = 0;

volatile uint32_t& systick(int offset) { return *reinterpret_cast<volatile uint32_t*>(0xE000E010 + offset); }

}  // namespace

PDMClass PDM;

extern "C" void systick_handler() {
  waiting_bytes = block_bytes;
  if (receive != nullptr) receive();
}

int PDMClass::begin(int channels, int sample_rate) {
  if (channels != 1 || sample_rate <= 0) return 0;
  systick(4) = ticks_a_block - 1;
  systick(8) = 0;
  systick(0) = 7;
  return 1;
}
void PDMClass::end() { systick(0) = 0; }
int PDMClass::available() { return waiting_bytes; }
int PDMClass::read(void* buffer, size_t size) {
  const int bytes = waiting_bytes < static_cast<int>(size) ? waiting_bytes : static_cast<int>(size);
  int16_t* samples = static_cast<int16_t*>(buffer);
  for (int i = 0; i < bytes / 2; ++i) samples[i] = (samples_made++ / 20) % 2 == 0 ? 8000 : -8000;
  waiting_bytes -= bytes;
  return bytes;
}
void PDMClass::onReceive(void (*callback)()) { receive = callback; }
void PDMClass::setGain(int) {}
void PDMClass::setBufferSize(int) {}
