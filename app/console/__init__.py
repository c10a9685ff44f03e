"""A reader's own SQL on the published warehouse.

statements  one statement, run within the limits, and what went wrong in a person's words
schema      the tables with their columns, as the warehouse itself describes them
examples    statements that answer what people ask first
"""
