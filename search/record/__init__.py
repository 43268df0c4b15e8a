"""What a trial result is, and where it is kept."""
