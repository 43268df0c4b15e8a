"""What one calls: a file a command, each with the function of its name, which joins the rooms below.

Arguments are plain values and paths, results are dataclasses, errors are exceptions. Nothing is printed: what happens
meanwhile is told to functions and observers that the caller gives.
"""
