"""Making a build: what is new, the models over it, the checks, on a schedule."""
