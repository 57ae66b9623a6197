"""Pure rules: no clock, no I/O. Time and calendar data come in as arguments."""
