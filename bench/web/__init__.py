"""`make bench-web`: how quick the page is for a person, in a real Chromium, against the bounds."""
