"""What is said: the frames of subprotocol chatd.v1 and their codec."""
