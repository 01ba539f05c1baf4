"""What prepare.py is made of: sources of raw text, the rules that make words of it, and what is noticed on the way."""
