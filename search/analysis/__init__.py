"""What a snapshot of the study says, as frozen dataclasses: no printing, no files, no network."""
