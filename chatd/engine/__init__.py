"""How a command runs: the table of commands, the unit of work and the ports."""
