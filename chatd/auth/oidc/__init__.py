"""Login at OpenID providers: this server as their relying party."""
