// @NAME@: looks through an OV7675 or OV7670 camera on an Arduino Nano 33 BLE and prints the label of each frame with
// its probability. It needs the library Arduino_OV767X and frames of @SIZE@ in @FORMAT@. Serial monitor: 115200 baud.
#include <Arduino_OV767X.h>
#include <@HEADER@.h>

namespace model = @MODEL@;

static uint8_t frame[model::input_bytes];

void setup() {
  Serial.begin(115200);
  if (!Camera.begin(@RESOLUTION@, @FORMAT@, 5)) {
    Serial.println("The camera did not start.");
    while (true) delay(1000);
  }
}

void loop() {
  Camera.readFrame(frame);
  const int8_t* scores = model::invoke(frame);
  int32_t best = 0;
  for (int32_t label = 1; label < model::classes; ++label) {
    if (scores[label] > scores[best]) best = label;
  }
  Serial.print(model::labels[best]);
  Serial.print(" ");
  Serial.print((scores[best] + 128) * 100 / 256);
  Serial.println(" %");
}
