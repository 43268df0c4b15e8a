"""Dataclasses to terminal, tables, figures, HTML and PDF."""
