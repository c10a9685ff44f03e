"""Decisions that money hangs on, as plain functions: run models oneself, build or buy, what all of it costs to own, and
whether a unit earns more than it costs. No clock, no network; money is Decimal US dollars, shares are from 0 to 1."""
