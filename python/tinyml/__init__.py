# SPDX-License-Identifier: Apache-2.0
"""Machine learning on microcontrollers: train, quantize, compile to C++, measure, deploy. Offline."""

from . import _load as _load
from ._project import Prediction
from ._tinyml import Error
from .anomaly import AnomalyDetector, AnomalyScore, LevelAlarm
from .audio import AudioClassifier, synthesize_speech
from .images import ImageClassifier
from .model import Model
from .optimizer import TinyMLOptimizer
from .sensors import GestureClassifier, Sensor, SensorClassifier, TimedPrediction

Error.__module__ = __name__

__all__ = [
    "AnomalyDetector",
    "AnomalyScore",
    "AudioClassifier",
    "Error",
    "GestureClassifier",
    "ImageClassifier",
    "LevelAlarm",
    "Model",
    "Prediction",
    "Sensor",
    "SensorClassifier",
    "TimedPrediction",
    "TinyMLOptimizer",
    "synthesize_speech",
]
