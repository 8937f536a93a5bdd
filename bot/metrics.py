"""What is counted while Motcua runs, for Prometheus; never with personal data in a label."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

#: Turns by channel and outcome; outcome "error" is a turn that failed without a reply of its own.
TURNS = Counter("motcua_turns_total", "Turns answered", ["channel", "outcome"])
TURN_SECONDS = Histogram("motcua_turn_seconds", "Seconds from message to reply", ["channel"])
#: Requests turned away, by channel and reason (rate, size, token, signature, replay, busy …).
REFUSED = Counter("motcua_refused_total", "Requests refused", ["channel", "reason"])
#: Calls to a messenger's servers, by channel, call (send, refresh) and result (ok, or its error's number).
CALLS = Counter("motcua_messenger_calls_total", "Calls to messengers", ["channel", "call", "result"])
