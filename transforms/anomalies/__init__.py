"""Hours and days that cost more than their own past lets expect, and what drove them. Pure: no clock, no database."""
