// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>

/// The interface of Arduino's PDM library. SysTick stands for the microphone's interrupt and brings 256
/// samples of a square wave each time.
class PDMClass {
 public:
  int begin(int channels, int sample_rate);
  void end();
  int available();
  int read(void* buffer, size_t size);
  void onReceive(void (*callback)());
  void setGain(int gain);
  void setBufferSize(int bytes);
};

extern PDMClass PDM;
