"""The mathematics of choosing: fronts, hypervolume, surrogate, improvement, early stopping.

It knows nothing of networks, and imports nothing of ours.
"""
