// SPDX-License-Identifier: Apache-2.0
#pragma once

enum { YUV422 = 0, RGB444 = 1, RGB565 = 2, GRAYSCALE = 4 };
enum { VGA = 0, CIF = 1, QVGA = 2, QCIF = 3, QQVGA = 4 };

/// The interface of Arduino's library for the OV7670 and OV7675: frames of 160 x 120 in RGB565 that are
/// white, black, white; then the emulation ends.
class OV767X {
 public:
  int begin(int resolution, int format, int fps);
  void readFrame(void* buffer);

 private:
  int frames_ = 0;
};

extern OV767X Camera;
