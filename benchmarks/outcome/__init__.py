"""What a search wins over the plain network that a user would have picked, by one pool of trainings."""
