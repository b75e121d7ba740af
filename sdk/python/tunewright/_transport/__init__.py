"""Talking to a server: channels, deadlines, retries, typed errors, heartbeats."""
