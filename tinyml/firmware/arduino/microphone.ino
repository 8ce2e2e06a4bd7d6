// @NAME@: listens to the PDM microphone of the Arduino Nano 33 BLE Sense and prints a label and its
// probability when the label changes. Serial monitor: 115200 baud.
#include <PDM.h>

#include <@HEADER@.h>

namespace model = @MODEL@;

constexpr int32_t classify_every_hops = @STRIDE@;  // about ten results a second
constexpr int32_t window_hops = (model::window_samples + model::hop_samples - 1) / model::hop_samples;
constexpr int32_t report_percent = 70;
constexpr int32_t release_percent = 40;

tinyml::device::HopBuffer<model::hop_samples, @HOPS@> microphone;
tinyml::device::ScoreSmoother<model::classes, 3> smoother;
tinyml::device::LabelChange change(report_percent, release_percent);
int32_t hops_heard = 0;
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
  model::reset();
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

  ++hops_heard;
  if (hops_heard < window_hops + classify_every_hops) return;
  hops_heard = window_hops;
  smoother.add(model::classify());
  const int32_t best = smoother.best();
  const int32_t percent = smoother.percent(best);
  if (change.update(best, percent)) {
    Serial.print(model::labels[best]);
    Serial.print(" ");
    Serial.print(percent);
    Serial.println(" %");
  }
}
