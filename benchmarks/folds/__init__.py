"""How much scores of one network differ between folds of the images, beside how much they differ between seeds.

``trainings.csv``: what ``__main__`` trains, a row a training.
"""
