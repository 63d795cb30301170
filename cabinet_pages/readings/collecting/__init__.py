"""Collecting a period's readings in a branch: who has sent, who has not, what is unusual and what becomes of it."""
