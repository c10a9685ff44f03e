"""Pure functions: OTLP to columns, dialects, prices, forecasts. No sockets, no clock, no environment."""
