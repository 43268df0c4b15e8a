"""What goes wrong with data, said in one line."""


class DataError(ValueError):
    """Images or prepared files are not as they should be; the message says what, where and what to do."""
