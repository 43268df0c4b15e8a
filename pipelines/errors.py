"""What goes wrong with data and weights, said in one line."""


class DataError(ValueError):
    """Images or prepared files are not as they should be; the message says what, where and what to do."""


class WeightsError(ValueError):
    """A file does not hold the weights of this network."""


def first_line(error: BaseException) -> str:
    """The first line of what ``error`` says; some say nothing."""
    return str(error).partition("\n")[0]
