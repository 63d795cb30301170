"""Акт звіряння розрахунків for any period, and appeals against its lines."""
