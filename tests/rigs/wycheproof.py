"""Project Wycheproof's vectors for JSON Web Signatures against `chatd.auth.jws`:

python -m tests.rigs.wycheproof json_web_signature_test.json

The file is testvectors_v1/json_web_signature_test.json of C2SP/wycheproof (Apache-2.0); it does not
lie here. Exit code 0: every bad token is refused, and every good one of an algorithm that is taken
here is accepted, the exceptions below apart, each of which happened as it says.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from chatd.auth.jwk import ALGORITHMS, BadKey, Key, base64url, from_jwk
from chatd.auth.jws import BadToken, Keys
from tests.auth.keys import verify_signature

#: Of the version of August 2026 (dac1dd4729fd), by the number of the test: what the file says,
#: and why another outcome is right.
EXCEPTIONS = {
    346: ("valid", "its header says PS384, and its key says PS256: a key has one algorithm"),
    350: ("valid", "as 346"),
    367: ("invalid", "the very token of 357, which is valid: the fault that it names is missing"),
    370: ("invalid", "as 367"),
    372: ("valid", "it has a question mark in its header, which is no base64url"),
    373: ("valid", "it has a question mark in its payload, which is no base64url"),
}
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi"}


def keys(group: dict[str, Any]) -> tuple[Keys, str]:
    """What a group's tokens are verified with, and why if that is nothing."""
    jwk = group.get("public") or {
        name: value for name, value in group["private"].items() if name not in _PRIVATE
    }
    try:
        return Keys([from_jwk(jwk)]), ""
    except BadKey as why:
        # A key of zeros is refused here; its vectors are about the encoding of the tokens.
        if jwk.get("kty") == "oct" and "guessed" in str(why):
            secret = base64url(jwk["k"])
            assert secret is not None
            return Keys([Key("HS256", secret, jwk.get("kid"), "")]), ""
        return Keys(), str(why)


def accepted(token: Any, known: Keys) -> bool:
    text = token if isinstance(token, str) else json.dumps(token)
    try:
        verify_signature(text, known, ALGORITHMS)
    except BadToken:
        return False
    return True


def main(path: Path) -> int:
    outcomes: Counter[str] = Counter()
    wrong = 0
    for group in json.loads(path.read_text("utf-8"))["testGroups"]:
        known, no_key = keys(group)
        for test in group["tests"]:
            number, result = test["tcId"], test["result"]
            taken = accepted(test["jws"], known)
            right = taken == (result == "valid")
            if number in EXCEPTIONS:
                right = EXCEPTIONS[number][0] == result and not right
                outcomes["exceptions"] += 1
            elif not right and result == "valid" and no_key.startswith("its alg is none of"):
                right = True
                outcomes["valid, of an algorithm not taken here"] += 1
            else:
                outcomes[f"{result}, {'accepted' if taken else 'refused'}"] += 1
            if not right:
                wrong += 1
                print(f"WRONG {number} {test['comment']}: {result}, accepted: {taken} {no_key}")
    for name, count in sorted(outcomes.items()):
        print(f"{count:4} {name}")
    print(f"{sum(outcomes.values()) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
