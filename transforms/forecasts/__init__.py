"""Forecasts of daily spend that say how wrong they may be. Pure: no clock, no database."""

from transforms.forecasts.distribution import Forecast, Total
from transforms.forecasts.engine import forecast, forecast_all
from transforms.forecasts.methods import METHODS, PLAIN, USUAL
from transforms.forecasts.pasts import Pasts
from transforms.forecasts.series import Event, Past, PriceStep, Series

__all__ = [
    "METHODS",
    "PLAIN",
    "USUAL",
    "Event",
    "Forecast",
    "Past",
    "Pasts",
    "PriceStep",
    "Series",
    "Total",
    "forecast",
    "forecast_all",
]
