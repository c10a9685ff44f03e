"""Settings and health: what runs here and how it is. Everything is read from where the installation says it itself.

page       the sentence, four numbers, and the order of what follows
arrivals   what became of everything that arrived, and how far behind the figures are
builds     the last builds, failures too
storage    what the data directory takes, and how fast it grows; what is kept how long
findings   what the doctor says, with its cures
in_force   every setting: its value, where it comes from, what it means
versions   which versions work here
"""
