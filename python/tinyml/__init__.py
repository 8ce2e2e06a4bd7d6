# SPDX-License-Identifier: Apache-2.0
"""Machine learning on microcontrollers: train, quantize, compile to C++, measure, deploy. Offline."""

from ._tinyml import Error
from .audio import AudioClassifier, Prediction, synthesize_speech
from .model import Model

Error.__module__ = __name__

__all__ = ["AudioClassifier", "Error", "Model", "Prediction", "synthesize_speech"]
