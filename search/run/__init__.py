"""Running a search: the driver decides, Ray Tune executes."""
