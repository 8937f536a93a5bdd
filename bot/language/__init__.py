"""Vietnamese text as citizens type it: marks, typing leftovers, abbreviations, personal data."""
