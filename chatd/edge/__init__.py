"""Where the network is: TLS, HTTP, WebSocket."""
