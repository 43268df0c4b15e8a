"""The search file: its schema, how it is read and checked, and secrets in it."""
