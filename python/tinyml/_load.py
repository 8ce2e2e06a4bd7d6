# SPDX-License-Identifier: Apache-2.0
"""Loads the compiled module, before all others, with its own libraries before those of the process: TensorFlow lends
its protobuf to whatever is loaded after it, and ONNX files would be read with that."""

import os
import sys

_flags = sys.getdlopenflags()
try:
    sys.setdlopenflags(_flags | getattr(os, "RTLD_DEEPBIND", 0))
    from . import _tinyml as _tinyml
finally:
    sys.setdlopenflags(_flags)
