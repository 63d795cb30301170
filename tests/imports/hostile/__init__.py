"""Files that mean harm: each is refused through the real door, and each guard is shown to be needed."""
