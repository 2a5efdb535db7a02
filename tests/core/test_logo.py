"""What may be a logo: a PNG, or an SVG that draws and does nothing else."""

import struct

import pytest

from chatd.core.logo import MAX_BYTES, logo

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>'
PNG = (
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + struct.pack(">II", 64, 64) + b"\x08\x06\0\0\0" + b"\0" * 8
)


def within(inside: str, head: str = "") -> bytes:
    return f'{head}<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'.encode()


def test_an_svg_and_a_png_are_taken_as_they_are() -> None:
    assert (logo(SVG).type, logo(SVG).name, logo(SVG).body) == ("image/svg+xml", "logo.svg", SVG)
    assert (logo(PNG).type, logo(PNG).name, logo(PNG).body) == ("image/png", "logo.png", PNG)


def test_an_svg_may_refer_to_itself_and_carry_a_picture() -> None:
    logo(within('<use href="#a"/><image href="data:image/png;base64,AAAA"/>', "\ufeff"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"<svg" + b" " * MAX_BYTES, "make it smaller"),
        (b"GIF89a" + b"\0" * 20, "neither a PNG nor an SVG"),
        (SVG[:-3], "neither a PNG nor an SVG that is whole (line 1)"),
        (b"<html></html>", "begins with <html>"),
        (b"<svg></svg>", "is no SVG"),
        (PNG[:16] + struct.pack(">II", 4096, 64) + PNG[24:], "is no PNG of at most 1024"),
        (within("<script>alert(1)</script>"), "holds <script>"),
        (within("<SCRIPT>alert(1)</SCRIPT>"), "holds <SCRIPT>"),
        (within('<g xmlns:x="http://www.w3.org/2000/svg"><x:script/></g>'), "holds <script>"),
        (within("<foreignObject/>"), "holds <foreignObject>"),
        (within('<path onload="alert(1)"/>'), "the attribute onload"),
        (within('<image href="https://example.org/a.png"/>'), "names another file or address"),
        (
            within('<use xmlns:l="http://www.w3.org/1999/xlink" l:href="other.svg#a"/>'),
            "names another file or address",
        ),
        (within("<a href='javascript:alert(1)'/>"), "holds <a>"),
        (within("&x;", '<!DOCTYPE svg [<!ENTITY x "y">]>'), "DOCTYPE"),
        (within("", '<?xml-stylesheet href="https://example.org/a.css"?>'), "<?xml-stylesheet …?>"),
    ],
)
def test_what_does_more_than_draw_is_refused_in_words(data: bytes, says: str) -> None:
    with pytest.raises(ValueError) as wrong:
        logo(data)
    assert says in str(wrong.value)


def test_entities_that_grow_are_never_read() -> None:
    grown = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = within("&a9;", f'<!DOCTYPE svg [<!ENTITY a0 "lol">{grown}]>')
    with pytest.raises(ValueError, match="DOCTYPE"):
        logo(bomb)
