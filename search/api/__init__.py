"""What one calls: a file a command, each with the function of its name, which wires the packages below.

Arguments are plain values and paths, results are dataclasses, errors are exceptions. Nothing is printed: what happens
meanwhile goes to functions and observers that the caller gives.
"""
