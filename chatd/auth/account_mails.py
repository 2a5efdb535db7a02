"""The mails about accounts: plain text, short, in their reader's language; none holds a
password."""

from dataclasses import dataclass
from typing import Final

from chatd.auth.mail_words import WORDS, Letter, What, Words

#: Subject and text.
Mail = tuple[str, str]

#: First Strong Isolate and its end (UAX 9): a name's direction does not turn what is around it.
_ISOLATED: Final = "\u2068{}\u2069"


@dataclass(frozen=True, slots=True)
class Server:
    """What mails call this server."""

    name: str
    url: str


def letter(server: Server, kind: Letter, name: str, language: str = "", secret: str = "") -> Mail:
    """``language`` "": English. ``secret``: the link's."""
    words = _words(language)
    subject, text = words.letters[kind]
    link = f"{server.url}/#{kind}={secret}"
    return _filled(subject, text, server, name, language, link=link)


def notice(server: Server, what: What, name: str, language: str = "", *, admin: bool) -> Mail:
    """``admin``: an administrator did it."""
    words = _words(language)
    subject, sentence = words.notices[what]
    frame = (words.admins if admin else words.mine).replace("{sentence}", sentence)
    return _filled(subject, frame, server, name, language)


def _words(language: str) -> Words:
    return WORDS.get(language) or WORDS["en"]


def _filled(
    subject: str, text: str, server: Server, name: str, language: str, link: str = ""
) -> Mail:
    about = {"name": name, "server": server.name, "url": server.url, "link": link}
    if language != "ar":
        return subject.format_map(about), text.format_map(about)
    # A link on a line of its own needs none, and they would be copied with it.
    isolated = {key: _ISOLATED.format(value) for key, value in about.items() if key != "link"}
    return subject.format_map(about), text.format_map({**isolated, "link": link})
