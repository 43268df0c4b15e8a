"""What a lost worker says of the network that it trained."""

from enum import Enum


class Blame(Enum):
    """Who may be to blame for a worker that was lost; the value is how many such losses a trial may cost.

    A machine that went away says little of the network, one that ran out of memory says much. All but the latter count
    anew once the trial has come further than before.
    """

    CRASH = 3
    UNCLEAR = 8  # the network was not built yet, or workers die of networks that are innocent
    MEMORY = 2
    MACHINE = 20
