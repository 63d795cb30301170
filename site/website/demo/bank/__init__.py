"""A payment provider for trying out: it takes no money, and behaves in all else as a real one does."""
