"""The kinds of scopes that spend is forecast for. SQL that tells them apart names the same, which a test checks."""

ORGANIZATION = "organization"
PARTS = ("environment", "traffic_source", "team", "project", "workflow", "model")
"""Each splits an organization; an event may speak of one of them."""
KINDS = (ORGANIZATION, *PARTS)
