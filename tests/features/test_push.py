"""What a browser hands over is looked at before anything is written down, and is one session's."""

from typing import Any, cast

import pytest

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.pushes import EndSubscription, PushOffer, SetSubscription, SubscriptionRow
from chatd.engine.table import Context
from chatd.features import push
from tests.fakes.drive import run
from tests.hooks.push.browser import Subscribed

BOB = Principal("ubob", "bob", False, "cookie", "c-phone")
BROWSER = Subscribed()
FIELDS = {"endpoint": "https://push.example.net/x", **BROWSER.told}
OFFER = PushOffer("the key", text=False)


class Store:
    """Knows the browsers of sessions."""

    def __init__(self, *known: SubscriptionRow) -> None:
        self._known = {row.session: row for row in known}

    async def subscription(self, session: str) -> SubscriptionRow | None:
        return self._known.get(session)


def context(offer: PushOffer | None = OFFER, store: Any = None) -> Context:
    unused = cast(Any, None)
    return Context(
        now=7,
        new_id=unused,
        store=store,
        limits=unused,
        event=unused,
        cursor=unused,
        position=unused,
        directory="rooms",
        derived=unused,
        meters=unused,
        push=offer,
    )


def subscribed(**more: Any) -> push.SubscribePush:
    return push.SubscribePush(id=1, **{**FIELDS, **more})


def state(offer: PushOffer | None, *known: SubscriptionRow) -> push.Push:
    return run(push.push(push.GetPush(id=1), BOB, context(offer, Store(*known)), cast(Any, None)))


def test_a_browser_is_kept_for_the_session_that_asked() -> None:
    unit = push.subscribe(subscribed(text=True), BOB, context())
    row = SubscriptionRow(
        "c-phone", "ubob", FIELDS["endpoint"], BROWSER.point, BROWSER.auth, text=True
    )
    assert (unit.actor, unit.changes) == ("ubob", (SetSubscription(row, 7, push.MOST),))


def test_it_is_that_sessions_to_end() -> None:
    unit = push.unsubscribe(push.UnsubscribePush(id=1), BOB, context(None))
    assert unit.changes == (EndSubscription("c-phone"),)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("endpoint", "http://push.example.net/x"),
        ("p256dh", FIELDS["auth"]),
        ("auth", FIELDS["p256dh"]),
    ],
    ids=["endpoint", "p256dh", "auth"],
)
def test_what_is_wrong_is_named_by_its_field(field: str, value: str) -> None:
    with pytest.raises(Refusal) as caught:
        push.subscribe(subscribed(**{field: value}), BOB, context())
    assert (caught.value.code, caught.value.field) == (Code.BAD_FIELD, field)


def test_a_server_that_pushes_nothing_takes_nothing_and_says_so() -> None:
    with pytest.raises(Refusal) as caught:
        push.subscribe(subscribed(), BOB, context(None))
    assert caught.value.code is Code.WRONG_STATE
    assert state(None) == push.Push(id=1)


def test_one_is_told_the_key_and_where_this_session_is_pushed_to() -> None:
    assert state(OFFER) == push.Push(id=1, key="the key")
    other = SubscriptionRow("c-other", "ubob", "https://push.example.net/o", b"", b"", text=True)
    assert state(OFFER, other) == push.Push(id=1, key="the key")
    here = SubscriptionRow("c-phone", "ubob", "https://push.example.net/x", b"", b"", text=True)
    assert state(PushOffer("the key", text=True), here) == push.Push(
        id=1, key="the key", texts=True, endpoint="https://push.example.net/x", text=True
    )
