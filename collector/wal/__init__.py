"""The write-ahead log: what is acknowledged, until it has landed."""
