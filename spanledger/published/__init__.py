"""The published builds: which is current, how one is read, what bounds it."""
