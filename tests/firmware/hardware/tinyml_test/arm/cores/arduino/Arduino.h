// SPDX-License-Identifier: Apache-2.0
#pragma once

// The part of the Arduino API that the exported sketches use, with the macros that other code must survive.
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PROGMEM
#define PI 3.1415926535897932384626433832795
#define HIGH 0x1
#define LOW 0x0
#define INPUT 0x0
#define OUTPUT 0x1
#define DEFAULT 1
#define B0 0
#define B1 1
#define A0 14
#define A1 15
#define F(text) (text)
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define abs(x) ((x) > 0 ? (x) : -(x))
#define round(x) ((x) >= 0 ? (long)((x) + 0.5) : (long)((x)-0.5))
#define constrain(x, low, high) ((x) < (low) ? (low) : ((x) > (high) ? (high) : (x)))
#define radians(degrees) ((degrees)*0.017453292519943295)
#define sq(x) ((x) * (x))
#define bit(b) (1UL << (b))
#define word(...) uint16_t(__VA_ARGS__)

unsigned long millis();
unsigned long micros();
void delay(unsigned long ms);
/// A rising voltage that starts anew, of 10 bits; another one at each pin.
int analogRead(uint8_t pin);

/// Prints through semihosting.
class HardwareSerial {
 public:
  void begin(unsigned long) {}
  explicit operator bool() const { return true; }
  void print(const char* text);
  void print(char c);
  void print(long value);
  void print(unsigned long value);
  void print(int value) { print(static_cast<long>(value)); }
  void print(unsigned int value) { print(static_cast<unsigned long>(value)); }
  void print(double value, int digits = 2);
  template <class Value>
  void println(Value value) {
    print(value);
    print("\r\n");
  }
  void println() { print("\r\n"); }
};
extern HardwareSerial Serial;

void setup();
void loop();

/// Ends the emulation; the core calls it after a fixed number of loops.
[[noreturn]] void stop_emulation(int exit_code);
