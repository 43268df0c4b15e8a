"""What 8-bit integers cost in accuracy, with corrected biases and without."""
