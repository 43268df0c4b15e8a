"""The functions for users: a file for each command, with a function of its name, which connects the packages below.

Arguments are plain values and paths, results are dataclasses, errors are exceptions. Nothing is printed: progress goes
to functions and observers that the caller gives.
"""
