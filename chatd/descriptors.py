"""Open files: a connection takes one, and a shell's usual 1,024 would be the real limit."""

import resource

#: For everything that is not a connection: the store, logs, threads, the control socket, and files
#: on their way in and out.
OWN = 640


def raise_descriptors(connections: int) -> str | None:
    """Raises this process's soft limit as far as ``connections`` need and the hard limit lets.

    Returns what is in the way, with the fix, or None.
    """
    wanted = connections + OWN
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return None
    enough = hard == resource.RLIM_INFINITY or hard >= wanted
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if enough else hard, hard))
    if enough:
        return None
    return (
        f"at most {hard} files may be open here, {wanted} are needed for limits.connections ="
        f" {connections}: raise LimitNOFILE in the unit (or `ulimit -Hn`), or lower that setting"
    )
