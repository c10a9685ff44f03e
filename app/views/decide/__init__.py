"""Pages on which one decides: their own figures stand in the address, so that a page can be shared as it is."""
