"""Files of the office → (records, problems): every problem at once, with file, sheet and cell; writes nothing."""
