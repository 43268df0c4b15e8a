"""A search, shown: these files only read its record."""
