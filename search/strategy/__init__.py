"""How the next network is chosen, and what a front is: pure functions and plain Optuna parts."""
