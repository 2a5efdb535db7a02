"""What makes the webhook, pushes and mail unsafe, or unable, to send: each with the fix."""

import ipaddress
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from chatd.config.settings_outgoing import Mail, Push, Webhook
from chatd.core.refusal import Refusal
from chatd.hooks.mail import address
from chatd.hooks.push.vapid import read_key
from chatd.hooks.signature import secret
from chatd.hooks.trust import trust_root

#: Whether others may read a secret file: what is wrong with it.
Readable = Callable[[Path, str], list[str]]
IsLoopback = Callable[[str], bool]


def unsafe_webhook(hook: Webhook, readable: Readable, is_loopback: IsLoopback) -> list[str]:
    if not hook.url:
        return []
    found = unsafe_address(
        "webhook.url",
        hook.url,
        is_loopback,
        example='url = "https://www.example.org/chat-webhook"',
        carried="the messages",
        instead="The receiver knows us by the signature; take them out.",
    )
    path = hook.secret_file
    make = f'`(umask 077; echo "whsec_$(head -c 32 /dev/urandom | base64)" > {path or "FILE"})`'
    if not path:
        found.append(
            f"webhook.secret_file is missing: the receiver could not tell our webhooks from those"
            f" of others. Make one with {make} and give its content to the receiver."
        )
    for name, each in (("secret_file", path), ("old_secret_file", hook.old_secret_file)):
        if each:
            found += _secret(f"webhook.{name}", Path(each), make, readable)
    return found + authorities("webhook.ca_file", hook.ca_file)


def unsafe_push(push: Push, readable: Readable) -> list[str]:
    if not push.enabled:
        return []
    found = []
    if push.subject and not _is_subject(push.subject):
        found.append(
            f"push.subject is {push.subject!r}: write mailto: and an address, or an https address,"
            ' such as subject = "mailto:chat@example.org".'
        )
    if push.key_file:
        found += _key_pair(Path(push.key_file), readable)
    for text in push.networks:
        try:
            network = ipaddress.ip_network(text)
        except ValueError as error:
            found.append(f'push.networks holds {text!r}: {error}; right is "10.0.0.7/32".')
            continue
        if network.prefixlen == 0:
            found.append(
                f"push.networks holds {text!r}: anybody who is signed in could then have this"
                " server post to whatever it reaches. List the networks of your push services."
            )
    return found + authorities("push.ca_file", push.ca_file)


def _is_subject(text: str) -> bool:
    if not _is_plain(text):
        return False
    if text.startswith("mailto:"):
        return "@" in text
    try:
        return urlsplit(text).scheme == "https" and bool(urlsplit(text).hostname)
    except ValueError:
        return False


def _key_pair(path: Path, readable: Readable) -> list[str]:
    make = f"`(umask 077; openssl ecparam -name prime256v1 -genkey -noout -out {path})`"
    try:
        read_key(path)
    except FileNotFoundError:
        return [
            f"push.key_file {path} does not exist: make it with {make}, or leave push.key_file out."
        ]
    except OSError as error:
        return [f"push.key_file {path} cannot be read: {error.strerror}."]
    except ValueError as error:
        return [f"push.key_file {path} is no key pair, {error}: make one with {make}."]
    return readable(path, "push.key_file")


def unsafe_mail(mail: Mail, readable: Readable, is_loopback: IsLoopback) -> list[str]:
    if not mail.host:
        return []
    found = []
    if mail.tls == "none" and not is_loopback(mail.host):
        found.append(
            f'mail.tls is "none" while mail.host is {mail.host}: anybody on the way could read'
            ' links to new passwords. Write tls = "tls" (port 465) or "starttls" (port 587); none'
            " is for a mail server on this machine (127.0.0.1, localhost)."
        )
    try:
        address(parseaddr(mail.sender)[1])
    except Refusal:
        found.append(
            f"mail.sender is {mail.sender!r}: name the address that mail is from, such as"
            ' sender = "Our chat <chat@example.org>".'
        )
    if not mail.sender.isprintable():
        found.append("mail.sender holds a line break or another control character: remove it.")
    if bool(mail.user) != bool(mail.password_file):
        found.append(
            "mail.user and mail.password_file belong together: set both, or neither where the"
            " server takes mail without."
        )
    if mail.password_file:
        found += readable(Path(mail.password_file), "mail.password_file")
    return found + authorities("mail.ca_file", mail.ca_file)


def unsafe_address(
    name: str, text: str, is_loopback: IsLoopback, *, example: str, carried: str, instead: str
) -> list[str]:
    """What is wrong with an address to post to. ``carried``: what goes there; ``instead``: a
    sentence on how the receiver knows us without a password."""
    try:
        url: SplitResult | None = urlsplit(text)
        host = url.hostname if url is not None and url.port != 0 else None
    except ValueError:
        url, host = None, None
    if url is None or not host or url.scheme not in ("https", "http") or not _is_plain(text):
        return [f"{name} is {text!r}, which is no address to post to: write {example}."]
    found = []
    if url.scheme == "http" and not is_loopback(host):
        found.append(
            f"{name} is {text!r}: without TLS anybody on the way could read {carried}."
            f" Write https, as in {example}; http is for this machine (127.0.0.1, localhost)."
        )
    if "@" in url.netloc:
        found.append(f"{name} holds a user name or a password: secrets stand in files. {instead}")
    if url.fragment:
        found.append(f"{name} is {text!r}: leave out what begins with #, it is never sent.")
    return found


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def _secret(name: str, path: Path, make: str, readable: Readable) -> list[str]:
    try:
        secret(path.read_text("utf-8"))
    except FileNotFoundError:
        return [f"{name} {path} does not exist: make it with {make}."]
    except OSError as error:
        return [f"{name} {path} cannot be read: {error.strerror}."]
    except ValueError as error:
        return [f"{name} {path} is no signing secret, {error}: make a new one with {make}."]
    return readable(path, name)


def authorities(name: str, path: str) -> list[str]:
    """What is wrong with a file of authorities to trust, "" for the system's."""
    if not path:
        return []
    try:
        trust_root(path)
    except OSError as error:
        return [f"{name} {path} cannot be read: {error.strerror}."]
    except ValueError:
        return [f"{name} {path} holds no PEM certificate: name the authority's."]
    return []
