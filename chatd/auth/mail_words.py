"""What mails about accounts say, in each language: the subject, and the text.

``{name}`` is the account's, ``{server}`` and ``{url}`` the server's, ``{link}`` what a mail is
about. A notice is a sentence within the frame of its language; what an administrator did has a
frame of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

#: Mails with a link, or to an address that counts no more.
Letter = Literal["reset", "email", "moved"]
#: What was changed in how an account is entered.
What = Literal[
    "password",
    "code app added",
    "code app removed",
    "passkey added",
    "passkey removed",
    "recovery codes made",
    "recovery code used",
    "factors removed",
]


@dataclass(frozen=True, slots=True)
class Words:
    """``notices`` gives a subject and a sentence; ``mine`` and ``admins`` are the frames: what
    somebody did who was signed in as the account's owner, and what an administrator did."""

    letters: Mapping[Letter, tuple[str, str]]
    notices: Mapping[What, tuple[str, str]]
    mine: str
    admins: str


_ENGLISH = Words(
    letters={
        "reset": (
            "A new password for {name} at {server}",
            """Hello {name},

somebody, probably you, asked for a new password at {server} ({url}).

This link lets you choose one. It works once, within an hour:

{link}

If it was not you, ignore this mail: nothing has changed.
""",
        ),
        "email": (
            "Is this your address, {name}?",
            """Hello,

{name} at {server} ({url}) wants mail to come to this address.

If this is you, follow this link within a day:

{link}

If it is not, ignore this mail: nothing will be sent here again.
""",
        ),
        "moved": (
            "Another address for {name} at {server}",
            """Hello {name},

your account at {server} ({url}) has another mail address now. No more mail will come to this one.

If you did not do this, tell the administrator of the server soon.
""",
        ),
    },
    notices={
        "password": (
            "Your password at {server} was changed",
            "The password of your account at {server} ({url}) was changed.",
        ),
        "code app added": (
            "An authenticator app was added at {server}",
            "Your account at {server} ({url}) asks for a code of an app from now on.",
        ),
        "code app removed": (
            "The authenticator app was removed at {server}",
            "Your account at {server} ({url}) does not ask for codes of an app any more.",
        ),
        "passkey added": (
            "A passkey was added at {server}",
            "A passkey was added to your account at {server} ({url}).",
        ),
        "passkey removed": (
            "A passkey was removed at {server}",
            "A passkey was removed from your account at {server} ({url}).",
        ),
        "recovery codes made": (
            "New recovery codes at {server}",
            "New recovery codes were made for your account at {server} ({url}). Those before do not"
            " work any more.",
        ),
        "recovery code used": (
            "A recovery code was used at {server}",
            "Somebody signed in to your account at {server} ({url}) with one of your recovery"
            " codes.",
        ),
        "factors removed": (
            "The second step was removed at {server}",
            "The authenticator app, the passkeys and the recovery codes of your account at {server}"
            " ({url}) were removed.",
        ),
    },
    mine="""Hello {name},

{sentence}

If it was you, there is nothing to do. If it was not: sign in, change your password, end the
sessions that you do not know (Settings, Security), and tell the administrator of the server.
""",
    admins="""Hello {name},

{sentence} An administrator of the server did it.

If you did not ask for it, ask them.
""",
)

_GERMAN = Words(
    letters={
        "reset": (
            "Ein neues Passwort für {name} bei {server}",
            """Hallo {name},

jemand, wahrscheinlich du, hat um ein neues Passwort bei {server} ({url}) gebeten.

Mit diesem Link wählst du eins. Er gilt einmal, eine Stunde lang:

{link}

Wenn du es nicht warst, brauchst du nichts zu tun: Es hat sich nichts geändert.
""",
        ),
        "email": (
            "Ist das deine Adresse, {name}?",
            """Hallo,

{name} bei {server} ({url}) möchte Mail an diese Adresse bekommen.

Wenn du das bist, folge innerhalb eines Tages diesem Link:

{link}

Wenn nicht, brauchst du nichts zu tun: Hierher kommt nichts mehr.
""",
        ),
        "moved": (
            "Eine andere Adresse für {name} bei {server}",
            """Hallo {name},

dein Konto bei {server} ({url}) hat jetzt eine andere Mailadresse. An diese kommt nichts mehr.

Wenn du das nicht warst, sag es bald der Verwaltung des Servers.
""",
        ),
    },
    notices={
        "password": (
            "Dein Passwort bei {server} wurde geändert",
            "Das Passwort deines Kontos bei {server} ({url}) wurde geändert.",
        ),
        "code app added": (
            "Eine App für Codes kam bei {server} dazu",
            "Dein Konto bei {server} ({url}) fragt ab jetzt nach dem Code einer App.",
        ),
        "code app removed": (
            "Die App für Codes wurde bei {server} entfernt",
            "Dein Konto bei {server} ({url}) fragt nicht mehr nach den Codes einer App.",
        ),
        "passkey added": (
            "Ein Passkey kam bei {server} dazu",
            "Zu deinem Konto bei {server} ({url}) kam ein Passkey dazu.",
        ),
        "passkey removed": (
            "Ein Passkey wurde bei {server} entfernt",
            "Von deinem Konto bei {server} ({url}) wurde ein Passkey entfernt.",
        ),
        "recovery codes made": (
            "Neue Wiederherstellungscodes bei {server}",
            "Für dein Konto bei {server} ({url}) wurden neue Wiederherstellungscodes gemacht. Die"
            " bisherigen gelten nicht mehr.",
        ),
        "recovery code used": (
            "Ein Wiederherstellungscode wurde bei {server} benutzt",
            "Jemand hat sich mit einem deiner Wiederherstellungscodes bei {server} ({url})"
            " angemeldet.",
        ),
        "factors removed": (
            "Der zweite Schritt wurde bei {server} entfernt",
            "Die App für Codes, die Passkeys und die Wiederherstellungscodes deines Kontos bei"
            " {server} ({url}) wurden entfernt.",
        ),
    },
    mine="""Hallo {name},

{sentence}

Wenn du das warst, ist nichts zu tun. Wenn nicht: Melde dich an, ändere dein Passwort, beende die
Sitzungen, die du nicht kennst (Einstellungen, Sicherheit), und sag es der Verwaltung des Servers.
""",
    admins="""Hallo {name},

{sentence} Das war die Verwaltung des Servers.

Wenn du nicht darum gebeten hast, frag dort nach.
""",
)

_ARABIC = Words(
    letters={
        "reset": (
            "كلمة مرور جديدة لحساب {name} على {server}",
            """مرحبًا {name}،

طلب أحدهم، ولعله أنت، كلمة مرور جديدة على {server} ({url}).

يتيح لك هذا الرابط اختيارها. يعمل مرة واحدة خلال ساعة:

{link}

إن لم تكن أنت فتجاهل هذه الرسالة: لم يتغير شيء.
""",
        ),
        "email": (
            "هل هذا عنوانك يا {name}؟",
            """مرحبًا،

يريد {name} على {server} ({url}) أن يصل البريد إلى هذا العنوان.

إن كنت أنت فاتبع هذا الرابط خلال يوم:

{link}

وإلا فتجاهل هذه الرسالة: لن يصل إلى هنا شيء بعدها.
""",
        ),
        "moved": (
            "عنوان آخر لحساب {name} على {server}",
            """مرحبًا {name}،

صار لحسابك على {server} ({url}) عنوان بريد آخر، ولن يصل بريد إلى هذا العنوان بعد الآن.

إن لم تفعل ذلك فأخبر مدير الخادم قريبًا.
""",
        ),
    },
    notices={
        "password": (
            "تغيرت كلمة مرورك على {server}",
            "تغيرت كلمة مرور حسابك على {server} ({url}).",
        ),
        "code app added": (
            "أُضيف تطبيق رموز على {server}",
            "صار حسابك على {server} ({url}) يطلب رمزًا من تطبيق.",
        ),
        "code app removed": (
            "أُزيل تطبيق الرموز على {server}",
            "لم يعد حسابك على {server} ({url}) يطلب رموزًا من تطبيق.",
        ),
        "passkey added": (
            "أُضيف مفتاح مرور على {server}",
            "أُضيف مفتاح مرور إلى حسابك على {server} ({url}).",
        ),
        "passkey removed": (
            "أُزيل مفتاح مرور على {server}",
            "أُزيل مفتاح مرور من حسابك على {server} ({url}).",
        ),
        "recovery codes made": (
            "رموز استرداد جديدة على {server}",
            "أُنشئت رموز استرداد جديدة لحسابك على {server} ({url})، ولم تعد السابقة صالحة.",
        ),
        "recovery code used": (
            "استُعمل رمز استرداد على {server}",
            "دخل أحدهم إلى حسابك على {server} ({url}) بأحد رموز الاسترداد.",
        ),
        "factors removed": (
            "أُزيلت الخطوة الثانية على {server}",
            "أُزيل تطبيق الرموز ومفاتيح المرور ورموز الاسترداد من حسابك على {server} ({url}).",
        ),
    },
    mine="""مرحبًا {name}،

{sentence}

إن كنت أنت فلا حاجة إلى شيء. وإلا فادخل وغيّر كلمة مرورك وأنهِ الجلسات التي لا تعرفها (الإعدادات،
الأمان)، وأخبر مدير الخادم.
""",
    admins="""مرحبًا {name}،

{sentence} فعل ذلك أحد مديري الخادم.

إن لم تطلب ذلك فاسألهم.
""",
)

WORDS: Final[Mapping[str, Words]] = {"en": _ENGLISH, "de": _GERMAN, "ar": _ARABIC}
