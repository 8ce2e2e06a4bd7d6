// @NAME@: reads the motion sensor of the Arduino Nano 33 BLE @RATE@ times a second and prints how unusual the
// newest @WINDOW_SAMPLES@ samples are: 0.1 is the median of normal data, 0.5 its 99th percentile. Serial monitor:
// 115200 baud. It needs the library Arduino_LSM9DS1; on a Rev2 board include Arduino_BMI270_BMM150.h instead.
// A detector that learned from another sensor, or from another place on the machine, has to be calibrated anew.
#include <Arduino_LSM9DS1.h>
#include <@HEADER@.h>

namespace model = @MODEL@;

constexpr int32_t channels = model::Detector::sensor_channels;
constexpr int32_t hop_values = model::Detector::push_values;
constexpr uint32_t period_us = @PERIOD@;

model::Detector detector;
float reading[channels];
int16_t hop[hop_values];
int32_t filled = 0;
uint32_t next_us = 0;
@CONTEXT@
void read_sensors() {
@READS@}

void setup() {
  Serial.begin(115200);
  if (!IMU.begin()) {
    Serial.println("The motion sensor did not start.");
    while (true) delay(1000);
  }
  detector.reset();
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
  if (!detector.push(hop@ARGUMENTS@)) return;
  Serial.print(detector.score());
  Serial.println(detector.anomalous() ? " anomalous" : " normal");
}
