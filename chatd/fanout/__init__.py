"""Who hears it: the hub, the sequencer, presence and the buses between nodes."""
