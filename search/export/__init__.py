"""A network of a search, taken home: chosen, written, scored, trained for longer."""
