"""Ways in: channels, named in credentials.yml, and the guards they share."""
