"""What Motcua says in a turn: from an understood message and the conversation so far to one reply."""
