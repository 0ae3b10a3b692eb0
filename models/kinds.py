"""The kinds of values a column can hold: how each is read, shown and written.

To add one: 1. write its parser in `values`, `dates`, `money` or `codes`;
2. add the constant here; 3. map its editor name in `ui`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps

from models.codes import parse_certificate, parse_code, parse_phone
from models.dates import parse_date, show_date
from models.forms import Context, Kind, Reading
from models.money import parse_amount, show_amount
from models.values import (
    parse_choice,
    parse_count,
    parse_flag,
    parse_long,
    parse_name,
    parse_names,
    parse_organisation,
    parse_rate,
    parse_text,
    parse_time,
    plain,
    show_rate,
    visible,
)

_TWO = 2


def show_text(value: object) -> str:
    """Return the value as plain text."""
    return plain(value)


def show_names(value: object) -> str:
    """Return names with the enumeration comma between them."""
    return "、".join(str(name) for name in value) if isinstance(value, list | tuple) else plain(value)


def show_flag(value: object) -> str:
    """Return 是 or 否, empty if not stated."""
    return "" if value is None else "是" if value else "否"


def _seen(parse: Callable[[object, Context], Reading]) -> Callable[[object, Context], Reading]:
    """Return a parser that never meets a character which nobody sees.

    They come along from web pages and chats. Without this a day or a number would be
    refused for a sign that the sentence about it cannot show.
    """

    @wraps(parse)
    def parse_seen(raw: object, context: Context) -> Reading:
        shown, stripped = visible(raw)
        reading = parse(shown, context)
        return Reading(reading.value, (*stripped, *reading.flags)) if stripped else reading

    return parse_seen


TEXT = Kind("text", _seen(parse_text), show_text, "@", "left")
LONG = Kind("long", _seen(parse_long), show_text, "@", "left")
NAME = Kind("name", _seen(parse_name), show_text, "@", "center")
NAMES = Kind("names", _seen(parse_names), show_names, "@", "left")
ORGANISATION = Kind("text", _seen(parse_organisation), show_text, "@", "left")
CODE = Kind("code", _seen(parse_code), show_text, "@", "center")
CERTIFICATE = Kind("code", _seen(parse_certificate), show_text, "@", "center", personal=True)
PHONE = Kind("phone", _seen(parse_phone), show_text, "@", "center", personal=True)
COUNT = Kind("count", _seen(parse_count), show_text, "0", "center")
RATE = Kind("rate", _seen(parse_rate), show_rate, "0.0%", "center")
AMOUNT = Kind("amount", _seen(parse_amount), show_amount, "General", "center")
DATE = Kind("date", _seen(parse_date), show_date, "yyyy-mm-dd", "center")
TIME = Kind("time", _seen(parse_time), show_text, "@", "center")
FLAG = Kind("flag", _seen(parse_flag), show_flag, "@", "center")


def choice(options: Sequence[str], synonyms: Mapping[str, str] | None = None, *, code: str = "choice_unknown") -> Kind:
    """Return the kind of a value that is one of a few words.

    Args:
        options: The words, in the order of the list box.
        synonyms: Other spellings and the option each means.
        code: Flag code of a word that is none of them.
    """
    meaning = dict(synonyms or {})

    def parse(raw: object, context: Context) -> Reading:
        asked = [option for option in options if option in context.header] if "是否" in context.header and len(options) == _TWO else []
        if len(asked) == 1:  # "是否重大隐患": yes is this option, no the other
            said = parse_flag(raw, context)
            if said.value is not None:
                return Reading(asked[0] if said.value else next(option for option in options if option != asked[0]))
        return parse_choice(raw, options, meaning, code)

    return Kind("choice:" + "|".join(options), _seen(parse), show_text, "@", "center")
