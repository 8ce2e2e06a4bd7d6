// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

namespace tinyml::data {

struct Voice {
  std::string espeak;   // the argument of espeak-ng -v
  std::string speaker;  // accent-variant
};

/// The voices of each split (index: Split), those that the installed espeak-ng has. No accent and no
/// variant is in two splits. Errors: not_found without espeak-ng or its English voices.
std::array<std::vector<Voice>, 3> find_voices();

/// What espeak-ng says for a word in en-us, without stress and length: equal for homophones.
std::string phonemes(const std::string& word);

}  // namespace tinyml::data
