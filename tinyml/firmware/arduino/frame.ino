// @NAME@: classifies an all-grey frame without a camera and prints the int8 score of each label (probability
// (score + 128) / 256) and the time that it took. Serial monitor: 115200 baud.
#include <@HEADER@.h>

namespace model = @MODEL@;

static uint8_t frame[model::input_bytes];  // @SIZE@, @FORMAT@

void setup() {
  Serial.begin(115200);
  delay(2000);

  for (int32_t i = 0; i < model::input_bytes; ++i) frame[i] = 128;
  const uint32_t start = micros();
  const int8_t* scores = model::invoke(frame);
  const uint32_t taken = micros() - start;
  for (int32_t label = 0; label < model::classes; ++label) {
    Serial.print(model::labels[label]);
    Serial.print(" ");
    Serial.println(static_cast<int>(scores[label]));
  }
  Serial.print(taken);
  Serial.println(" us");
}

void loop() { delay(1000); }
