"""A network as files for programs that do not use this package: one file for each format."""
