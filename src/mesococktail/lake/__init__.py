"""The lake: what clinics export for research, as tables that any engine reads."""
