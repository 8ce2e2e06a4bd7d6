// @NAME@: classifies one @KIND_OF_CLIP@ that is part of the sketch and prints the int8 score of each label
// (probability (score + 128) / 256). It needs no @SENSOR@. Serial monitor: 115200 baud.
#include <@HEADER@.h>

#include "clip.h"

namespace model = @MODEL@;

void setup() {
  Serial.begin(115200);
  delay(2000);

  model::reset();
  for (int32_t at = 0; at + model::hop_samples <= clip_samples; at += model::hop_samples) {
    model::push(clip + at);
  }
  const int8_t* scores = model::classify();

@FIRST_READING@  int32_t best = 0;
  for (int32_t label = 0; label < model::classes; ++label) {
    Serial.print(model::labels[label]);
    Serial.print(" ");
    Serial.println(static_cast<int>(scores[label]));
    if (scores[label] > scores[best]) best = label;
  }
  Serial.print("Result: ");
  Serial.println(model::labels[best]);
}

void loop() { delay(1000); }
