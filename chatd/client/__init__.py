"""The other end: a Python client on Twisted and Autobahn."""
