"""The procedure database: definitions, tables, search, cases and answers. Knows nothing of Rasa."""
