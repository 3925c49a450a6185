"""SMS providers that are a matter of configuration."""
