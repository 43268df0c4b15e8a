"""An exported network in 8-bit integers, for ONNX Runtime."""
