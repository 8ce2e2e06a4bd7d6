// SPDX-License-Identifier: Apache-2.0
// Prints where a program that links the installed libraries finds the instruction counter.
#include "tinyml/emulate/plugin_path.h"

#include <cstdio>

int main() { std::puts(tinyml::emulate::count_plugin_path().c_str()); }
