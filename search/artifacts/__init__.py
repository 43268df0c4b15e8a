"""An exported network's folder: written, loaded, converted, described."""
