"""Providers' usage and cost exports, read into one form: `lines.Invoice`. One file per format; `reading` chooses."""
