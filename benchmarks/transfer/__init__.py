"""Whether networks that start from trained weights differ by more than their seeds do.

``trainings.csv``: what ``__main__`` trains. ``first_trainings.csv``: trainings by a script before it, on all 2,640
training photographs, scored on 296 validation and 2,485 test photographs. There ``plain`` is MobileNet-V2 x1; ``drop:``
without these blocks; ``ulsam:`` with ULSAM (g=4) in their place, ``area:`` without its residual, ``ins:`` after the
block; ``cut:`` a narrower network, its channels ranked by the norms' scales. ``rate`` is the highest, with one epoch of
warm-up and then linear to zero; ``clip`` the largest norm of a gradient, 0 for none.
"""
