"""Maps, plots and the interactive page."""
