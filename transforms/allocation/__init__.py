"""Whose the money is: rules that name owners, share out what several use, and price what is counted."""
