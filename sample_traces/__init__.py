"""Small real traces, loaders of public data sets and a simulated company, for the demo and the tests."""
