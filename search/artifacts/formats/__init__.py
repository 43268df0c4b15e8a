"""A network for programs that know nothing of ours: one format a file, by name."""
