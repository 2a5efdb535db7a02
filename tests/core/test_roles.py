"""The order of roles, which the store compares by."""

import pytest

from chatd.core.roles import Role

READER, MEMBER, MODERATOR, OWNER = Role


def test_roles_have_one_order() -> None:
    assert sorted([OWNER, READER, MODERATOR, MEMBER]) == [READER, MEMBER, MODERATOR, OWNER]
    assert [role.value for role in Role] == ["reader", "member", "moderator", "owner"]
    with pytest.raises(TypeError):
        assert READER < "owner"  # type: ignore[operator]
