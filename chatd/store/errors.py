"""What stops the store from opening, as one sentence for the operator."""


class StoreError(Exception):
    """What happened, why, and what to do: fit to be printed as the only line."""
