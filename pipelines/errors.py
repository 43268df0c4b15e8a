"""What goes wrong with data and weights, said in one line."""


class DataError(ValueError):
    """Images or prepared files are not as they should be; the message says what, where and what to do."""


class WeightsError(ValueError):
    """A file does not hold the weights of this network."""
