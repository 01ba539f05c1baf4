"""Lab 1's steps: judges run in the parent, probes.py in the child."""
