"""Whose spend it is: the user's allocation file and what it names, and the statements made of it."""
