"""The line one writes in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.terminal.editor import Editor
from chatd.terminal.safe import cells
from chatd.terminal.width import columns


def editor(text="", cursor=None):
    made = Editor()
    made.set(text)
    if cursor is not None:
        made.cursor = cursor
    return made


def test_letters_are_written_and_taken_back_with_their_marks():
    one = editor()
    for char in ("a", "e\u0301", "👩\u200d👩\u200d👧", "b"):
        one.insert(char)
    one.left()
    one.backspace()
    assert one.text == "ae\u0301b"
    one.backspace()
    assert (one.text, one.cursor) == ("ab", 1)
    one.delete()
    assert one.text == "a"


def test_what_is_pasted_is_made_safe():
    one = editor()
    one.insert("a\x1b[31m\u202e\r\nb\tc")
    assert one.text == "a[31m\nb   c"


def test_words_and_lines_are_cut_and_put_back():
    one = editor("one two  three")
    one.cut_word()
    assert one.text == "one two  "
    one.cut_word()
    assert one.text == "one "
    one.paste_cut()
    assert one.text == "one two  "
    one.set("first\nsecond line")
    one.cut_line()
    assert one.text == "first\n"


def test_the_cursor_goes_by_words_and_to_the_ends_of_lines():
    one = editor("one two\nthree", 13)
    one.home()
    assert one.cursor == 8
    one.word_left()
    assert one.cursor == 4
    one.word_right()
    assert one.cursor == 7
    one.home()
    one.end()
    assert one.cursor == 7


def test_it_goes_up_and_down_by_what_is_shown():
    one = editor("abcdef ghijkl mno", 9)
    assert one.place(7) == (1, 2)
    assert one.vertical(-1, 7) and one.cursor == 2
    assert not one.vertical(-1, 7)
    assert one.vertical(1, 7) and one.vertical(1, 7)
    assert one.cursor == 16
    assert not one.vertical(1, 7)


def test_a_click_sets_the_cursor_also_among_wide_characters():
    one = editor("茶葉 tea")
    one.move(0, 4, 20)
    assert one.cursor == 2
    one.move(0, 3, 20)
    assert one.cursor == 1
    one.move(9, 99, 20)
    assert one.cursor == 6


def test_what_was_sent_is_fetched_back_and_what_was_written_is_kept():
    one = editor("first")
    one.take()
    one.set("second")
    one.take()
    one.set("half")
    assert one.older() and one.text == "second"
    assert one.older() and one.text == "first"
    assert not one.older()
    assert one.newer() and one.newer() and one.text == "half"
    assert not one.newer()


@given(st.text("ab \n茶👍\u0301", max_size=40), st.integers(4, 12), st.data())
def test_the_cursor_is_always_on_the_screen(text, width, data):
    one = editor(text, data.draw(st.integers(0, len(text))))
    row, column = one.place(width)
    lines = one.lines(width)
    assert 0 <= row < len(lines) and 0 <= column <= width
    assert all(columns(cells(text[start:end]).rstrip()) <= width for start, end in lines)


@pytest.mark.parametrize("text", ["", "a", "a b", "a\nb", "long long line of words"])
def test_every_character_belongs_to_a_line(text):
    lines = editor(text).lines(6)
    assert lines[0][0] == 0 and lines[-1][1] == len(text)
