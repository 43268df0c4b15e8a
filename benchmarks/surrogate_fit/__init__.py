"""Fits of the surrogate's hyperparameters."""
