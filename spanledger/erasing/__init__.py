"""One user's data, erased on request: finding, replacing, proof."""
