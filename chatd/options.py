"""The command line of `twistd chatd`; everything else is said in the configuration file."""

from twisted.python import usage


class Options(usage.Options):
    """What makeService is given: `config`, a path, and `quickstart`, 0 or 1."""

    synopsis = "[--config PATH] [--quickstart]"
    longdesc = "A secure, durable chat daemon. `chatctl check` tells what is wrong with a file."
    optParameters = (("config", "c", "/etc/chatd/chatd.toml", "The configuration file."),)
    optFlags = (("quickstart", None, "When ready, print the addresses and first steps."),)
    compData = usage.Completions(optActions={"config": usage.CompleteFiles("*.toml")})
