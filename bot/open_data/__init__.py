"""The procedures as open data: CPSV-AP and schema.org as JSON-LD, and a table for spreadsheets."""
