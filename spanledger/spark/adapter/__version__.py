"""dbt asks every adapter for its version."""

version = "1.0.0"
