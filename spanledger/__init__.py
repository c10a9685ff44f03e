"""Command line and settings: the only package that knows the others."""
