"""The figures of the pages: `python -m scripts.figures` draws them into figures/."""
