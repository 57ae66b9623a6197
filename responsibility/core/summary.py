"""The one place where assignments are counted, so that every medium says the same."""
