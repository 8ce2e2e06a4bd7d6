// @NAME@: reads @SOURCE@ @EVERY@ and prints @ANSWER@
// Serial monitor: 115200 baud.
@NOTE@
#include <@HEADER@.h>

namespace model = @MODEL@;

constexpr int32_t channels = @CHANNELS_OF_A_PUSH@;
constexpr int32_t hop_values = @VALUES_OF_A_PUSH@;
constexpr uint32_t period_us = @PERIOD@;

@TAKE@
float reading[channels];
int16_t hop[hop_values];
int32_t filled = 0;
uint32_t next_us = 0;

@READ@
void setup() {
  Serial.begin(115200);
@START@  reset_model();
  next_us = micros();
}

void loop() {
  if (static_cast<int32_t>(micros() - next_us) < 0) return;
  next_us += period_us;
  read_sensors();
  for (int32_t channel = 0; channel < channels; ++channel) {
    hop[filled++] = tinyml::device::to_count(reading[channel], model::unit[channel]);
  }
  if (filled < hop_values) return;
  filled = 0;
  take_hop(hop);
}
