"""Tells twistd that there is a `chatd` command; imports nothing of ours (dropin.cache, speed)."""

from twisted.application.service import ServiceMaker

chatd = ServiceMaker("chatd", "chatd.start", "A secure, durable chat daemon", "chatd")
