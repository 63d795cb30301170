"""The push: 1C sends files over HTTP, for a branch, by a token."""
