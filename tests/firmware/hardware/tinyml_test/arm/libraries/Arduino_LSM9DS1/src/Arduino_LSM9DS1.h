// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The interface of Arduino's library for the LSM9DS1: 1 g down, and a swing of 3 Hz in every axis.
class LSM9DS1Class {
 public:
  int begin();
  int accelerationAvailable();
  int readAcceleration(float& x, float& y, float& z);
  int gyroscopeAvailable();
  int readGyroscope(float& x, float& y, float& z);
};

extern LSM9DS1Class IMU;
