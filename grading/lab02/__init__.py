"""Lab 2's steps: judges run in the parent, probes.py in the child."""
