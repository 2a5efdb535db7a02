"""Whether people could sign in at a provider: what can be seen without signing in."""

from collections.abc import Iterator, Mapping, Sequence

from chatd.admin.answers import Check, CheckedProvider, ProviderRow
from chatd.admin.shown import plain, table, width, wrapped, yes
from chatd.auth.jwks import LONGEST, Unavailable, read_jwks
from chatd.auth.oidc.provider import Metadata, Provider, Stopped, read_metadata, well_known
from chatd.engine.fetching import Fetch, Unfetched

_JSON: Mapping[str, str] = {"accept": "application/json"}


def row(provider: Provider) -> ProviderRow:
    return ProviderRow(
        provider.name,
        provider.label,
        provider.issuer,
        provider.client_id,
        bool(provider.secret),
        provider.create_users,
        provider.callback,
    )


async def checked(provider: Provider, fetch: Fetch) -> CheckedProvider:
    """What was found, and for each thing what would be right. It holds no secret and sends none."""
    checks: list[Check] = []
    metadata = await _discovery(provider, fetch, checks)
    if metadata is not None:
        checks.append(await _keys(metadata, fetch))
        if provider.end_session and metadata.end_session_endpoint is None:
            what = "it has no address to sign out at: take end_session = true out"
            checks.append(Check("sign-out", False, what))
    return CheckedProvider(
        provider.name,
        provider.issuer,
        provider.callback,
        provider.callback.removesuffix("callback") + "backchannel-logout",
        provider.home,
        all(check.passed for check in checks),
        checks,
    )


async def _discovery(provider: Provider, fetch: Fetch, checks: list[Check]) -> Metadata | None:
    url = well_known(provider.issuer)
    try:
        got = await fetch.get(url, _JSON)
    except Unfetched as why:
        checks.append(Check("discovery", False, f"{url} cannot be had: {why}"))
        return None
    if got.status != 200:
        what = f"{url} answers {got.status}: is the issuer right, letter for letter?"
        checks.append(Check("discovery", False, what))
        return None
    checks.append(Check("discovery", True, f"{url} answers, and its certificate is trusted"))
    try:
        metadata = read_metadata(got.body, provider)
    except Stopped as why:
        checks.append(Check("metadata", False, why.words))
        return None
    proof = "no secret, by PKCE alone" if metadata.proof == "none" else metadata.proof
    signs = ", ".join(metadata.algorithms)
    checks.append(Check("metadata", True, f"the issuer is as configured; {signs}; {proof}"))
    return metadata


async def _keys(metadata: Metadata, fetch: Fetch) -> Check:
    url = metadata.jwks_uri
    try:
        got = await fetch.get(url, _JSON)
        if got.status != 200:
            return Check("keys", False, f"{url} answers {got.status}")
        if len(got.body) > LONGEST:
            return Check("keys", False, f"{url} has more than {LONGEST} bytes")
        count = len(read_jwks(got.body))
    except (Unfetched, Unavailable) as why:
        return Check("keys", False, f"{url}: {why}")
    return Check("keys", True, f"{count} at {url}")


def shown_rows(rows: Sequence[ProviderRow]) -> Iterator[str]:
    yield from table(
        ("NAME", "LABEL", "MAKES ACCOUNTS", "SECRET"),
        [(each.name, each.label, yes(each.create_users), yes(each.confidential)) for each in rows],
        [each.issuer for each in rows],
    )


def shown(found: Sequence[CheckedProvider]) -> Iterator[str]:
    for each in found:
        yield f"{each.name}  {each.issuer}"
        for check in each.checks:
            first, *rest = wrapped(plain(check.says), width() - 15)
            yield f"  {'✓' if check.passed else '✗'} {check.name:<10} {first}"
            yield from (" " * 15 + line for line in rest)
        yield "  to be registered there:"
        yield f"    redirect URI              {each.redirect_uri}"
        yield f"    back-channel logout URL   {each.backchannel_logout_uri}"
        yield f"    post-logout redirect URI  {each.post_logout_redirect_uri}"
    wrong = sum(not each.passed for each in found)
    yield f"{wrong} to mend." if wrong else "Nothing is wrong."
