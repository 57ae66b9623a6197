"""What the office does: read, decide, write. One function is one transaction unless it says otherwise."""
