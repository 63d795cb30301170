"""The import desk: modeladmin screens over the engine."""
