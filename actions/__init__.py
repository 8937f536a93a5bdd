"""The action server: thin actions, one module a capability. Never imports rasa."""
