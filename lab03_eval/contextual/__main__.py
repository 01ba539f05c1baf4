"""Run as `python -m lab03_eval.contextual`."""

import sys

try:
    from lab03_eval.contextual.command import main
except ModuleNotFoundError as missing:
    sys.exit(f"error: {missing}; at the root of the repository, type: pip install -r requirements.txt")

main()
