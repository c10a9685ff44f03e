"""Everything at once: parts kept alive, ports, the explorer, the demo."""
