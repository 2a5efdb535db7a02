"""People with second factors at the site, on the real store."""

from site_rig import PASSWORD, PUBLIC

from tests.fakes.authenticator import Authenticator
from tests.fakes.codes import code_of

EVIL = "https://evil.example"
ANOTHER = "another horse battery"


class Person:
    """Somebody signed in, who proves it with each request."""

    def __init__(self, rig, answer):
        assert answer.status in (200, 201), answer.body
        self.rig = rig
        self.secret = ""
        self.proof = {
            "Cookie": answer.cookie(),
            "Origin": PUBLIC,
            "X_CSRF_Token": answer.json["csrf"],
        }

    async def post(self, path, **body):
        return await self.rig.call("POST", path, body, **self.proof)

    async def factors(self):
        return (await self.rig.call("GET", "/api/factors", **self.proof)).json

    async def signed_in(self):
        return (await self.rig.call("GET", "/api/session", **self.proof)).json["signed_in"]

    async def with_app(self):
        """Sets an authenticator app up; its recovery codes."""
        made = await self.post("/api/totp", password=PASSWORD)
        assert made.status == 200, made.body
        self.secret = made.json["secret"]
        confirmed = await self.post("/api/totp/confirm", code=self.code())
        assert confirmed.status == 200, confirmed.body
        return confirmed.json["recovery_codes"]

    def code(self, steps=0):
        return code_of(self.secret, self.rig.wall.wall() // 1000 + 30 * steps)

    async def with_passkey(self, id=b"passkey-1", name="Key", **more):
        key = Authenticator(PUBLIC, id, **more)
        options = (await self.post("/api/passkeys/ask", password=PASSWORD)).json["publicKey"]
        made = await self.post("/api/passkeys", name=name, credential=key.make(options))
        assert made.status == 201, made.body
        return key


async def password(rig, name="alice", secret=PASSWORD, **headers):
    body = {"name": name, "password": secret}
    return await rig.call("POST", "/api/session", body, Origin=PUBLIC, **headers)


async def alice(rig, name="alice"):
    await rig.person(name)
    return Person(rig, await password(rig, name))


async def begun(rig, name="alice", secret=PASSWORD):
    answer = await password(rig, name, secret)
    assert answer.json["signed_in"] is False and "set-cookie" not in answer.headers, answer.json
    return answer.json["second"]


async def second(rig, step, **shown):
    return await rig.call("POST", "/api/session/second", {"step": step, **shown}, Origin=PUBLIC)


async def asked(rig, step=""):
    answer = await rig.call("POST", "/api/session/passkey/ask", {"step": step}, Origin=PUBLIC)
    assert answer.status == 200, answer.body
    return answer.json["publicKey"]


async def alone(rig, credential, **headers):
    body = {"credential": credential}
    return await rig.call("POST", "/api/session/passkey", body, **{"Origin": PUBLIC, **headers})
