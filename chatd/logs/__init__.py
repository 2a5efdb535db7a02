"""The log: which lines there are, what may stand in them, and in which form they leave."""
