"""Certificates that chatd gets and renews by itself: ACME (RFC 8555), challenge tls-alpn-01."""
