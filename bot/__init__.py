"""Motcua: a guide through the administrative procedures of a Vietnamese province."""
