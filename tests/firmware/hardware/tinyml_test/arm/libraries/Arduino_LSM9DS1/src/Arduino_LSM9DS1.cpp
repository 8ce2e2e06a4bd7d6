// SPDX-License-Identifier: Apache-2.0
#include "Arduino_LSM9DS1.h"

#include <Arduino.h>

namespace {

float swing(float phase) { return sinf(18.85f * 1e-6f * static_cast<float>(micros()) + phase); }

}  // namespace

LSM9DS1Class IMU;

int LSM9DS1Class::begin() { return 1; }
int LSM9DS1Class::accelerationAvailable() { return 1; }
int LSM9DS1Class::readAcceleration(float& x, float& y, float& z) {
  x = swing(0), y = swing(1), z = 1 + swing(2);
  return 1;
}
int LSM9DS1Class::gyroscopeAvailable() { return 1; }
int LSM9DS1Class::readGyroscope(float& x, float& y, float& z) {
  x = 90 * swing(0), y = 90 * swing(1), z = 90 * swing(2);
  return 1;
}
