"""Billing files for FinOps tools."""
