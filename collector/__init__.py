"""OTLP in, durable on disk, Parquet out: the only code that opens a listening socket or writes the lake."""
