// SPDX-License-Identifier: Apache-2.0
#include "Arduino.h"

extern "C" {
extern uint32_t data_start, data_end, data_image, bss_start, bss_end, stack_top;
extern void (*init_array_start[])();
extern void (*init_array_end[])();
[[noreturn]] void reset_handler();
[[noreturn]] void fault_handler();
// Of the library that uses the timer, if the sketch has one.
__attribute__((weak)) void systick_handler();
}

namespace {

// Arm's semihosting calls.
constexpr int sys_write0 = 0x04, sys_exit_extended = 0x20;

int semihost(int call, const void* argument) {
  register int r0 __asm__("r0") = call;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

void print_digits(unsigned long value) {
  char text[12];
  char* at = text + sizeof text - 1;
  *at = 0;
  do {
    *--at = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  semihost(sys_write0, at);
}

unsigned long now_us = 0;

constexpr int loops_before_stop = 200000;
constexpr unsigned long us_a_loop = 100;

}  // namespace

HardwareSerial Serial;

void HardwareSerial::print(const char* text) { semihost(sys_write0, text); }
void HardwareSerial::print(char c) {
  const char text[2] = {c, 0};
  print(text);
}
void HardwareSerial::print(unsigned long value) { print_digits(value); }
void HardwareSerial::print(long value) {
  if (value < 0) print('-');
  print_digits(value < 0 ? 0ul - static_cast<unsigned long>(value) : static_cast<unsigned long>(value));
}
void HardwareSerial::print(double value, int digits) {
  if (value < 0) print('-');
  double scale = 1;
  for (int i = 0; i < digits; ++i) scale *= 10;
  const double scaled = (value < 0 ? -value : value) * scale + 0.5;
  print_digits(static_cast<unsigned long>(scaled / scale));
  print('.');
  for (double place = scale / 10; place >= 1; place /= 10) {
    print(static_cast<char>('0' + static_cast<unsigned long>(scaled / place) % 10));
  }
}

unsigned long millis() { return now_us / 1000; }
unsigned long micros() { return now_us; }
void delay(unsigned long ms) { now_us += ms * 1000; }
int analogRead(uint8_t pin) { return static_cast<int>((now_us / 1000 + 100 * pin) % 1024); }

void stop_emulation(int exit_code) {
  const uint32_t reason[2] = {0x20026, static_cast<uint32_t>(exit_code)};
  for (;;) semihost(sys_exit_extended, reason);
}

void reset_handler() {
  *reinterpret_cast<volatile uint32_t*>(0xE000ED88) |= 0xFu << 20;  // the FPU
  __asm__ volatile("dsb\n isb");
  memcpy(&data_start, &data_image,
         static_cast<size_t>(reinterpret_cast<char*>(&data_end) - reinterpret_cast<char*>(&data_start)));
  memset(&bss_start, 0,
         static_cast<size_t>(reinterpret_cast<char*>(&bss_end) - reinterpret_cast<char*>(&bss_start)));
  for (void (**initialise)() = init_array_start; initialise != init_array_end; ++initialise) (*initialise)();
  setup();
  for (int i = 0; i < loops_before_stop; ++i, now_us += us_a_loop) loop();
  stop_emulation(0);
}

void fault_handler() {
  Serial.println("fault");
  stop_emulation(3);
}

extern "C" __attribute__((section(".vectors"), used)) const void* const vectors[16] = {
    &stack_top,
    reinterpret_cast<const void*>(reset_handler),
    reinterpret_cast<const void*>(fault_handler),
    reinterpret_cast<const void*>(fault_handler),
    reinterpret_cast<const void*>(fault_handler),
    reinterpret_cast<const void*>(fault_handler),
    reinterpret_cast<const void*>(fault_handler),
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    reinterpret_cast<const void*>(fault_handler),
    reinterpret_cast<const void*>(fault_handler),
    nullptr,
    reinterpret_cast<const void*>(fault_handler),
    reinterpret_cast<const void*>(systick_handler),
};
