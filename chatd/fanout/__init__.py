"""Who hears it: the hub, the sequencer, presence, and the node between store and bus.

The product runs one node and has no broker (`bus.NoBus`); several meet in the tests alone.
"""
