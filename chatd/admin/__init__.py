"""The operator: chatctl and the first set-up."""
