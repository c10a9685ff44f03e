"""Forecasts of a build: made once a day, kept, scored when their days are over."""
