"""System checks of the cabinet."""
