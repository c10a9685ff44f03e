"""Result tables: what Python works out from the marts of a build and writes into the same build, after the models.

A table is one line in `registry.TABLES`, its description and columns in `tables/<name>.yml` (in the form of the models'
YAML, listed in docs/tables.md), and a function that reads the build and returns its rows.
"""
