// @NAME@: scores one window of readings that is part of the sketch. It needs no sensor. Serial monitor: 115200
// baud.
#include <@HEADER@.h>

#include "clip.h"

namespace model = @MODEL@;

model::Detector detector;
@CONTEXT@
void setup() {
  Serial.begin(115200);
  delay(2000);

  detector.reset();
  constexpr int32_t values = model::Detector::push_values;
  for (int32_t at = 0; at + values <= clip_samples; at += values) detector.push(clip + at@ARGUMENTS@);

@FIRST_READING@  Serial.print("Answer of the net: ");
  Serial.println(static_cast<int>(detector.answer()));
  Serial.print("Score: ");
  Serial.print(detector.score());
  Serial.println(detector.anomalous() ? " anomalous" : " normal");
}

void loop() { delay(1000); }
