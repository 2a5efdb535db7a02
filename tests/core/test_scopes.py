"""The words for what a token may do."""

import pytest

from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.core.scopes import SCOPES, checked, loaded, stored


def test_scopes_are_kept_as_words() -> None:
    scopes = checked(["rooms:read", "chat"])
    assert stored(scopes) == "chat rooms:read"
    assert loaded(stored(scopes)) == scopes
    assert (stored(None), loaded(None)) == (None, None)


@pytest.mark.parametrize("words", [[], ["all"], ["chat", "Chat"], ["chat rooms:read"]])
def test_what_is_no_scope_is_refused(words: list[str]) -> None:
    with pytest.raises(Refusal) as caught:
        checked(words)
    assert caught.value.field == "scopes"
    assert "messages:write" in caught.value.message


def test_no_scope_has_a_space_in_it() -> None:
    assert not any(" " in word for word in SCOPES)


def test_a_principal_without_scopes_has_them_all() -> None:
    whole = Principal("u1", "alice", False, "cookie", "s1")
    limited = Principal("u1", "alice", False, "bearer", "s1", scopes=frozenset({"chat"}))
    nothing = Principal("u1", "alice", False, "bearer", "s1", scopes=frozenset())
    assert [who.has("chat") for who in (whole, limited, nothing)] == [True, True, False]
    assert [who.has("users:read") for who in (whole, limited, nothing)] == [True, False, False]
