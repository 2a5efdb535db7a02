"""The pages of `man`, made from the parsers and the settings: no second source of truth."""
