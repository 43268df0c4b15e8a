"""Analyses of a snapshot of the study, as frozen dataclasses: no printing, no files, no network."""
