"""The functions that `embedkit` offers in Python; the commands call the same ones."""
