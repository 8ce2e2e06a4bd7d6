// SPDX-License-Identifier: Apache-2.0
// From recordings to a program on an Arduino Nano 33 BLE, in five steps.
//
//   keyword_spotting RECORDINGS [EPOCHS]
//
// RECORDINGS is a folder with a folder of WAV, FLAC or OGG files for each word, or a labels.csv. Words that
// are no keyword become the class "unknown". Without recordings: tinyml data synth --keywords yes,no,stop,go
// --out DIR
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tinyml/base/error.h"
#include "tinyml/project/audio/audio_classifier.h"

namespace {

void show(const tinyml::Progress& progress) {
  if (progress.done != progress.total) return;
  std::fprintf(stderr, "%s %lld/%lld  %s\n", progress.stage.c_str(), static_cast<long long>(progress.done),
               static_cast<long long>(progress.total), progress.detail.c_str());
}

void spot_keywords(const std::filesystem::path& recordings, int epochs) {
  // 1. Construct: the keywords, and what else differs from the defaults of
  // tinyml/project/audio/audio_config.h.
  tinyml::project::AudioConfig config;
  config.data.task = tinyml::project::Task::keyword_spotting;
  config.data.keywords = {"yes", "no", "stop", "go"};
  config.data.sample_rate_hz = 16000;
  if (epochs > 0) config.training.epochs = epochs;
  tinyml::AudioClassifier classifier(config);

  // 2. Train. The net is quantized to int8 as the last part of it.
  classifier.train(recordings, show);
  std::printf("%s", classifier.summary().c_str());

  // 3. Evaluate on the clips that training never saw: speakers of their own, where the speakers are known.
  const tinyml::Evaluation evaluation = classifier.evaluate();
  std::printf("%s split, %lld clips: %.1f %% right as int8, %.1f %% as float\n", evaluation.split.c_str(),
              static_cast<long long>(evaluation.int8.total()), 100 * evaluation.int8.accuracy(),
              100 * evaluation.float32.accuracy());
  for (const tinyml::train::ClassScore& score : evaluation.int8.scores()) {
    std::printf("  %-8s recall %5.1f %%  precision %5.1f %%\n", score.label.c_str(), 100 * score.recall,
                100 * score.precision);
  }

  // 4. Export for TensorFlow Lite Micro: this throws where the model does not fit the board.
  tinyml::ExportOptions options;
  options.quantization = "int8";
  options.target = "arduino_nano33";
  const tinyml::Model model = classifier.export_tflite_micro(options);
  std::ofstream file("keywords.tflite", std::ios::binary);
  file.write(reinterpret_cast<const char*>(model.bytes().data()),
             static_cast<std::streamsize>(model.bytes().size()));
  std::printf("keywords.tflite: %.1f KB\n", static_cast<double>(model.bytes().size()) / 1024);

  // 5. Deploy: compile the microphone sketch and upload it. The error says what is missing, the port first.
  try {
    classifier.deploy_to_arduino("arduino:mbed_nano:nano33ble", "/dev/ttyACM0");
    std::printf("The board listens.\n");
  } catch (const tinyml::Error& error) {
    std::printf("Not deployed: %s\n", error.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: keyword_spotting RECORDINGS [EPOCHS]\n");
    return 2;
  }
  try {
    spot_keywords(argv[1], argc > 2 ? std::stoi(argv[2]) : 0);
    return 0;
  } catch (const tinyml::Error& error) {
    std::fprintf(stderr, "keyword_spotting: %s\n", error.what());
    return 2;
  } catch (const std::logic_error&) {
    std::fprintf(stderr, "keyword_spotting: EPOCHS is a number, not %s\n", argv[2]);
    return 2;
  }
}
