"""Comparing with what a provider billed."""
