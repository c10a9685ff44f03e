"""What would be paid if something were done otherwise: the commands `spanledger simulate`."""
