"""Frames as the wire has them, for tests of what is made of them."""

AT = 1_795_410_000_000
NAMES = {"u1": "alice", "u2": "bob", "u3": "carol"}


def message(seq, text="hello", who="u2", **more):
    return {
        "type": "message",
        "room": "r1",
        "seq": seq,
        "number": seq,
        "cursor": f"e.{seq}",
        "at": more.pop("at", AT + seq * 1000),
        "from": who,
        "name": NAMES[who],
        "text": text,
        **more,
    }


def event(type_, seq, who="u2", **more):
    frame = message(seq, who=who, **more)
    del frame["number"], frame["text"]
    return {**frame, "type": type_, **more}


def state(room="r1", **more):
    return {
        "room": room,
        "kind": "public",
        "name": "Tea",
        "slug": "tea",
        "role": "member",
        "seq": 0,
        "number": 0,
        "members": 3,
        **more,
    }
