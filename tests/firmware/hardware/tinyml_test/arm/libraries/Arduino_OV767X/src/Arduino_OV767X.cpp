// SPDX-License-Identifier: Apache-2.0
#include "Arduino_OV767X.h"

#include <Arduino.h>

OV767X Camera;

int OV767X::begin(int resolution, int format, int fps) {
  return resolution == QQVGA && format == RGB565 && (fps == 1 || fps == 5);
}

void OV767X::readFrame(void* buffer) {
  if (frames_ == 3) stop_emulation(0);
  memset(buffer, frames_++ % 2 == 0 ? 255 : 0, 160 * 120 * 2);
}
