"""The operator's prices: files, history, and the commands on them."""
