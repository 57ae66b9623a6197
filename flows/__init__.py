"""Prefect lives here and nowhere else: flows call use cases and decide nothing."""
