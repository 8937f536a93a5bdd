"""The page and the chat that citizens open: words, styles, script, templates; served by bot.channels.page."""
