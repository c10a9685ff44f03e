"""Budgets that act: admission decisions, their ledger and its journal, and the spend they are made on."""
