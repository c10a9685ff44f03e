"""Money as dated facts: rates, models' names, machines that are paid for, currencies, charges that are not tokens."""
