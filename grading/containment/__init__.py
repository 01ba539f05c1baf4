"""The process that runs a submission (child.py), what holds it (contain.py), and its parent's end (runner.py)."""
