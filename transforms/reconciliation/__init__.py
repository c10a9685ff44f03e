"""An invoice beside our own ledger: which differences there are, and what each of them is called."""
