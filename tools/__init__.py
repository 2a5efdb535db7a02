"""What make uses around the code: the set-up and the trials."""
