"""Measurements of speed and of search quality, with their results. Never collected as tests."""
