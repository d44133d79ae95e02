"""The terminal that this app runs in: what it can show, how much it can take, and how it may go away.

detect (colour, characters, remote) · refusal · environment · pacing (replies) · driver · ends · fault · keeper · kiosk
"""
