"""The submissions that the grader is measured on: seeded mistakes, correct variants, hostile ones."""
