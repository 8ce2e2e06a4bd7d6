// SPDX-License-Identifier: Apache-2.0
#include "tinyml/data/voices.h"

#include <fmt/core.h>

#include "tinyml/base/error.h"
#include "tinyml/base/subprocess.h"
#include "tinyml/data/synth.h"

namespace tinyml::data {
namespace {

struct Cast {
  std::vector<std::string> accents;
  std::vector<std::string> variants;  // "" is the accent's own voice
};

const std::array<Cast, 3>& casts() {
  static const std::array<Cast, 3> all{
      Cast{{"en-us", "en-gb", "en-gb-scotland", "en-029", "en-gb-x-gbcwmd"},
           {"",      "m1",     "m2",      "m3",       "m5",    "m6",    "f1",     "f2",    "f4",
            "croak", "Alex",   "Alicia",  "Andrea",   "Andy",  "Annie", "Denis",  "Gene",  "Hugo",
            "Lee",   "Mario",  "Michael", "Mike",     "adam",  "anika", "aunty",  "boris", "belinda",
            "caleb", "edward", "grandma", "benjamin", "pablo", "rob",   "sandro", "john",  "whisper"}},
      Cast{{"en-gb-x-gbclan"},
           {"m4", "f3", "Diogo", "Nguyen", "ed", "linda", "marcelo", "max", "grandpa", "quincy"}},
      Cast{{"en-gb-x-rp", "en-us-nyc"},
           {"m7", "m8", "f5", "david", "michel", "paul", "robert", "travis", "victor", "zac", "miguel",
            "norbert"}}};
  return all;
}

ProcessResult espeak(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "espeak-ng");
  ProcessResult result = run_process(arguments, 60);
  if (result.exit_code != 0) {
    throw Error(ErrorKind::io, fmt::format("espeak-ng {}: {}", result.ending(),
                                           result.error.substr(0, result.error.find('\n'))));
  }
  return result;
}

}  // namespace

const std::vector<std::string>& default_unknown_words() {
  static const std::vector<std::string> words{
      "zero",      "one",      "two",    "three",   "four",    "five",    "six",    "seven",    "eight",
      "nine",      "yes",      "no",     "up",      "down",    "left",    "right",  "on",       "off",
      "stop",      "go",       "bed",    "bird",    "cat",     "dog",     "happy",  "house",    "tree",
      "wow",       "visual",   "follow", "learn",   "forward", "back",    "yet",    "guess",    "less",
      "now",       "low",      "note",   "never",   "top",     "shop",    "step",   "stock",    "goal",
      "got",       "girl",     "game",   "water",   "music",   "morning", "people", "open",     "close",
      "door",      "table",    "window", "number",  "yellow",  "orange",  "hello",  "please",   "thanks",
      "maybe",     "tomorrow", "coffee", "kitchen", "letter",  "hat",     "phone",  "computer", "nothing",
      "something", "weather",  "light",  "lamp",    "start",   "away",    "again",  "listen"};
  return words;
}

std::array<std::vector<Voice>, 3> find_voices() {
  if (!find_program("espeak-ng")) {
    throw Error(ErrorKind::not_found,
                "espeak-ng is not installed; synthetic speech needs it: sudo apt-get install espeak-ng");
  }
  const std::string accents = espeak({"--voices=en"}).output;
  const std::string variants = espeak({"--voices=variant"}).output;
  std::array<std::vector<Voice>, 3> voices;
  for (size_t s = 0; s < voices.size(); ++s) {
    for (const std::string& accent : casts()[s].accents) {
      if (accents.find(" " + accent + " ") == std::string::npos) continue;
      for (const std::string& variant : casts()[s].variants) {
        if (variant.empty()) {
          voices[s].push_back({accent, accent + "-plain"});
        } else if (variants.find("!v/" + variant + " ") != std::string::npos) {
          voices[s].push_back({accent + "+" + variant, accent + "-" + variant});
        }
      }
    }
    if (voices[s].empty()) {
      throw Error(ErrorKind::not_found,
                  "espeak-ng lacks its English voices; install them: sudo apt-get install espeak-ng-data");
    }
  }
  return voices;
}

std::string phonemes(const std::string& word) {
  std::string plain;
  for (const char c : espeak({"-q", "-x", "-b", "1", "-v", "en-us", "--", word}).output) {
    if (std::string_view(" \t\r\n',:;_|").find(c) == std::string_view::npos) plain += c;
  }
  return plain;
}

}  // namespace tinyml::data
