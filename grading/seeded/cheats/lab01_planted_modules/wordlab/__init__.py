"""Would be imported in place of the helper package."""
