"""Whose days: the reader's time zone, what a period is compared with, and what is of UTC days whatever the zone."""
