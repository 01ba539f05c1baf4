"""Grades of many submissions: a table for a spreadsheet and a page to read."""
