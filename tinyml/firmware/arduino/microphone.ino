// @NAME@: listens to the PDM microphone of the Arduino Nano 33 BLE Sense and prints a label and its
// probability when the label changes. Serial monitor: 115200 baud.
#include <PDM.h>

#include <@HEADER@.h>

namespace model = @MODEL@;

@TAKE@
tinyml::device::HopBuffer<model::hop_samples, @HOPS@> microphone;
uint32_t overrun_told = 0;

// Runs in the microphone's interrupt.
void take_samples() {
  static int16_t chunk[128];
  int bytes = PDM.available();
  while (bytes > 0) {
    const int wanted = bytes < static_cast<int>(sizeof chunk) ? bytes : static_cast<int>(sizeof chunk);
    const int got = PDM.read(chunk, wanted);
    if (got <= 0) return;
    microphone.write(chunk, got / 2);
    bytes -= got;
  }
}

void setup() {
  Serial.begin(115200);
  reset_model();
  PDM.onReceive(take_samples);
  if (!PDM.begin(1, model::sample_rate_hz)) {
    Serial.println("The PDM microphone did not start.");
    while (true) delay(1000);
  }
}

void loop() {
  const int16_t* hop = microphone.front();
  if (hop == nullptr) return;
  model::push(hop);
  microphone.release();

  if (microphone.overrun_samples() != overrun_told) {
    overrun_told = microphone.overrun_samples();
    Serial.print("Too slow: samples lost so far: ");
    Serial.println(overrun_told);
  }

  report_label();
}
