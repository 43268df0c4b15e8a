"""The folder that a user takes home: written, loaded, converted, described."""
