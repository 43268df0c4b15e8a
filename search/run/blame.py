"""What a lost worker says of the network that it trained."""

from enum import Enum


class Blame(Enum):
    """Who may be to blame for a worker that was lost; the value is how many such losses a trial may cost.

    A machine that went away says little of the network, one that ran out of memory says much. Crashes count anew once
    the trial has come further than before.
    """

    CRASH = 3
    START = 8  # before it came to the network: that was not built yet
    MEMORY = 2
    MACHINE = 20
