"""Images in, accuracy out: data preparation, loading and training of any network."""
