"""A page's own choices: each stands in the address under one name, so that a page is linked, shared and gone back to.

The address is the truth on arrival, by a link and on the way back; the widget is once it was touched. Each widget has a
fixed key and no default of its own: Streamlit begins one anew whose default changes, and loses every second change.
Defaults are left out of the address; what it cannot mean is said above the page (`tell`) and the default shown.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from app.filters import NAMES

Texts = tuple[str, ...]
Width = int | Literal["stretch"]
RESERVED = NAMES
_NOTICES, _NAMED, _DIGITS = "choice_notices", 12, 18


def one_of(name: str, label: str, options: Mapping[str, str], default: str = "", drops: Sequence[str] = ()) -> str:
    """Buttons side by side, one of them pressed: a key of `options`. `default` is the first unless named; `drops` are
    parameters that a change takes out of the address, such as the page of a list."""
    usual = default or next(iter(options))
    key = _bound(name, label, (usual,), lambda asked: _known(label, options, asked, usual))
    _follow_data(key, options, usual)
    picked = st.segmented_control(
        label, list(options), format_func=options.__getitem__, key=key, required=True, label_visibility="collapsed",
        on_change=_touched, args=(key, *drops),
    )  # fmt: skip
    return _kept(name, key, str(picked or usual), usual)


def listed(
    name: str, label: str, options: Mapping[str, str], default: str = "", *, hint: str | None = None,
    width: Width = "stretch", is_labelled: bool = False,
) -> str:  # fmt: skip
    """One of a list that opens: a key of `options`, which may be many and change with the data."""
    usual = default or next(iter(options))
    key = _bound(name, label, (usual,), lambda asked: _known(label, options, asked, usual))
    _follow_data(key, options, usual)
    picked = st.selectbox(
        label, list(options), format_func=options.__getitem__, key=key, help=hint, width=width,
        label_visibility="visible" if is_labelled else "collapsed", on_change=_touched, args=(key,),
    )  # fmt: skip
    return _kept(name, key, str(picked), usual)


def several(
    name: str, label: str, options: Mapping[str, str], default: Sequence[str] = (), hint: str | None = None
) -> list[str]:
    """Some of `options` by their keys, in the order chosen; one parameter holds them, with commas."""
    usual = ",".join(default)
    key = _bound(name, f"{label}, else {usual}", (usual,), lambda asked: _known_of(label, options, asked))
    picked = st.multiselect(
        label, list(options), format_func=options.__getitem__, help=hint, placeholder="none", key=key,
        on_change=_touched, args=(key,),
    )  # fmt: skip
    _kept(name, key, ",".join(picked), usual)
    return list(picked)


def named(name: str, label: str, *, placeholder: str, hint: str, width: Width) -> list[str]:
    """Any texts, each a parameter of its own."""
    asked = tuple(dict.fromkeys(st.query_params.get_all(name)))
    key = _bound(name, label, (), list, many=True)
    picked = st.multiselect(
        label, asked, key=key, accept_new_options=True, placeholder=placeholder, help=hint, width=width,
        on_change=_touched, args=(key,),
    )  # fmt: skip
    if tuple(picked) != asked:
        st.query_params[name] = picked
    st.session_state[_written(key)] = tuple(picked)
    return list(picked)


def typed(name: str, label: str, default: str, hint: str | None = None, width: Width = "stretch") -> str:
    """A text, as typed; emptied, it is the default."""
    key = _bound(name, f"{label}, else {default}", (default,), lambda asked: asked[-1])
    said = st.text_input(label, key=key, help=hint, width=width, on_change=_touched, args=(key,))
    return _kept(name, key, str(said).strip() or default, default)


def whole(name: str, label: str, default: int, least: int, most: int, width: Width = "stretch") -> int:
    """A whole number from `least` to `most`."""
    key = _bound(name, label, (str(default),), lambda asked: _number(label, asked[-1], default, least, most))
    said = st.number_input(label, least, most, key=key, width=width, step=1, on_change=_touched, args=(key,))
    return int(_kept(name, key, str(said), str(default)))


def percent(name: str, label: str, default: int, hint: str | None = None, width: Width = "stretch") -> int:
    """A whole percentage from 0 to 100, on a slider."""
    key = _bound(
        name, f"{label}, else {default}", (str(default),), lambda asked: _percentage(label, asked[-1], default)
    )
    said = st.slider(
        label, 0, 100, key=key, format="%d %%", help=hint, width=width, on_change=_touched, args=(key,)
    )  # fmt: skip
    return int(_kept(name, key, str(said), str(default)))


def notice(words: str) -> None:
    """Something in the address cannot be meant: kept until `tell` draws it."""
    st.session_state.setdefault(_NOTICES, []).append(words)


def tell() -> None:
    """Draw what was noticed since the last time."""
    for words in st.session_state.pop(_NOTICES, []):
        st.warning(words.replace("$", r"\$"), icon=":material/filter_alt_off:")


def _bound(name: str, identity: str, default: Texts, read: Callable[[Texts], Any], *, many: bool = False) -> str:
    """The widget's key, its value set from the address where that says something new.

    An address that still says what this widget wrote, or that is about to be written anew as the widget was touched,
    says nothing new. A widget that was away has no value: it takes the address's.
    """
    if name in RESERVED:
        raise ValueError(f"“{name}” is a filter's name in the address; a page's own choice needs another")
    key = f"choice {name}: {identity}"
    asked = tuple(st.query_params.get_all(name)) or default
    asked = asked if many else asked[-1:]
    is_touched = st.session_state.pop(_touch(key), False)
    if key not in st.session_state or (asked != st.session_state.get(_written(key)) and not is_touched):
        st.session_state[key] = read(asked)
    return key


def _follow_data(key: str, options: Mapping[str, str], default: str) -> None:
    """Filters and builds change what is offered below a widget that stays."""
    if st.session_state[key] not in options:
        st.session_state[key] = default


def _kept(name: str, key: str, value: str, default: str) -> str:
    """Write the choice to the address, the default by leaving it out: an address that rewrites itself on arrival would
    take the browser's way back."""
    if value != default:
        if st.query_params.get_all(name) != [value]:
            st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]
    st.session_state[_written(key)] = (value,)
    return value


def _touched(key: str, *drops: str) -> None:
    st.session_state[_touch(key)] = True
    for name in drops:
        if name in st.query_params:
            del st.query_params[name]


def _touch(key: str) -> str:
    return f"{key} (touched)"


def _written(key: str) -> str:
    return f"{key} (written)"


def _known(label: str, options: Mapping[str, str], asked: Texts, default: str) -> str:
    if asked[-1] in options:
        return asked[-1]
    _say_unknown(label, options, asked[-1], f"; showing {options[default]}")
    return default


def _known_of(label: str, options: Mapping[str, str], asked: Texts) -> list[str]:
    wanted = [one for one in dict.fromkeys(asked[-1].split(",")) if one]
    unknown = [one for one in wanted if one not in options]
    if unknown:
        _say_unknown(label, options, ", ".join(unknown), " and was left out")
    return [one for one in wanted if one in options]


def _say_unknown(label: str, options: Mapping[str, str], asked: str, shown: str) -> None:
    offered = [one for one in options if one]
    among = f"none of {', '.join(offered)}" if len(offered) <= _NAMED else f"none of the {len(offered):,} offered here"
    notice(f"{label}: “{asked}” in the address is {among}{shown}.")


def _number(label: str, asked: str, default: int, least: int, most: int) -> int:
    if _is_whole(asked) and least <= int(asked) <= most:
        return int(asked)
    notice(f"{label}: “{asked}” in the address is no whole number from {least:,} to {most:,}; showing {default:,}.")
    return default


def _is_whole(asked: str) -> bool:
    return asked.isascii() and asked.isdecimal() and len(asked) <= _DIGITS


def _percentage(label: str, asked: str, default: int) -> int:
    if _is_whole(asked) and int(asked) <= 100:
        return int(asked)
    notice(f"{label}: “{asked}” in the address is no whole percentage from 0 to 100; showing {default} %.")
    return default
