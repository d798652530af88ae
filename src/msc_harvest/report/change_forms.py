"""A digest of changes as plain text, Markdown, JSON or an Atom feed. Nothing a source wrote can act in any of them."""

from __future__ import annotations

import json
import re
import textwrap
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from msc_harvest.report.changes import Digest, Event, OrganGroup

WIDTH = 100

# What XML 1.0 cannot hold, and the characters that move a cursor or turn the direction of writing.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)
_MARKDOWN = re.compile(r"([\\`*_\[\]|~#])")
# At the beginning of a line: what would open a list or underline a heading.
_LIST_MARK = re.compile(r"^(\d*)([-+=.):])")
_ENTITY = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# Names of feed and entries are made within this space, so that they are the same on every machine and in every year.
_SPACE = uuid.uuid5(uuid.NAMESPACE_OID, "msc-harvest changes")
# A feed without any known moment still needs one.
_NEVER = datetime(1970, 1, 1)


def render(digest: Digest, form: str) -> str:
    """The digest as `text`, `json`, `markdown` or `atom`, ending in a line break. Raises KeyError for another form."""
    return FORMS[form](digest)


def one_line(text: str) -> str:
    """Text of a source without control characters, on one line."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())


def as_text(digest: Digest) -> str:
    """For people at a terminal or in a mail: wrapped to 100 characters."""
    lines = [digest.title, *textwrap.wrap(one_line(digest.about), WIDTH)]
    for group in digest.groups:
        lines += ["", one_line(group.name), "=" * len(one_line(group.name))]
        lines += [f"{group.held}."] if group.held else []
        for kind, events in group.by_kind():
            lines += ["", one_line(kind.name)]
            lines += [line for event in events for line in _text_lines(digest, group, event)]
    return "\n".join(lines) + "\n"


def _text_lines(digest: Digest, group: OrganGroup, event: Event) -> Iterator[str]:
    yield from _wrapped(one_line(f"{_name(event)}: {_said(digest, group, event)}"), "  * ", "    ")
    for label, text in event.passages:
        yield f"    {label}:"
        for line in _lines(text):
            yield from _wrapped(line, "      ", "      ")
    if event.record_url:
        yield f"    {one_line(event.record_url)}"


def _wrapped(text: str, first: str, then: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False, break_long_words=False
    )


def _name(event: Event) -> str:
    """`NCT… (title)` in the source's own characters."""
    return f"{event.record_id} ({event.title})" if event.title else event.record_id


def _said(digest: Digest, group: OrganGroup, event: Event) -> str:
    """`sentence [also: …], learnt on …` in the source's own characters."""
    others = digest.other_organs(event, group)
    return f"{event.sentence}{f' [{others}]' if others else ''}, {event.changed_at:%Y-%m-%d}"


def _lines(text: str) -> list[str]:
    return [one_line(line) for line in text.split("\n") if one_line(line)] or [""]


def as_markdown(digest: Digest) -> str:
    """For an issue tracker, a wiki or a mail: headings, lists and links; the sources' words cannot become markup."""
    lines = [f"# {digest.title}", "", markdown(digest.about)]
    for group in digest.groups:
        lines += ["", f"## {markdown(group.name)}"]
        lines += ["", f"{group.held}."] if group.held else []
        for kind, events in group.by_kind():
            lines += ["", f"### {markdown(kind.name)}", ""]
            lines += [line for event in events for line in _markdown_lines(digest, group, event)]
    return "\n".join(lines) + "\n"


def markdown(text: str) -> str:
    """Text of a source as Markdown that shows exactly its characters: marks, HTML and table bars are escaped."""
    marked = _LIST_MARK.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", one_line(text)))
    return "".join(_ENTITY.get(character, character) for character in marked)


def _markdown_lines(digest: Digest, group: OrganGroup, event: Event) -> Iterator[str]:
    name = markdown(_name(event))
    link = f"[{name}]({_address(event.record_url)})" if event.record_url else name
    yield f"* {link}: {markdown(_said(digest, group, event))}"
    for label, text in event.passages:
        yield f"  * {label}:"
        yield from (f"    * {markdown(line)}" for line in _lines(text))


def _address(url: str) -> str:
    """A URL that cannot end the link it stands in."""
    return quote(one_line(url), safe=":/?&=#%.-_~")


def as_json(digest: Digest) -> str:
    """For programs: keys are stable, moments ISO 8601 in UTC, null where nothing is stated."""
    names = dict(digest.organs)
    told = {
        "since": _moment(digest.window.since),
        "until": _moment(digest.window.until),
        "known_until": _moment(digest.window.known_until),
        "data_origin": digest.window.data_origin,
        "n_events": len(digest.events),
        "held_from_first_harvest": [
            {
                "organ_code": group.code,
                "organ_name": names.get(group.code) if group.code else None,
                "n_trials": group.n_trials,
                "n_papers": group.n_papers,
                "n_links": group.n_links,
            }
            for group in digest.groups
            if group.held
        ],
        "events": [_json_event(event) for event in digest.events],
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _json_event(event: Event) -> dict[str, Any]:
    return {
        "id": entry_id(event),
        "changed_at": _moment(event.changed_at),
        "change_code": event.kind.code,
        "change_name": event.kind.name,
        "source": event.source,
        "record_id": event.record_id,
        "linked_id": event.linked_id,
        "organ_codes": list(event.organ_codes),
        "title": event.title,
        "old_text": event.old_text,
        "new_text": event.new_text,
        "detail_text": event.detail_text,
        "sentence": event.sentence,
        "record_url": event.record_url,
    }


def as_atom(digest: Digest) -> str:
    """For feed readers: an Atom feed (RFC 4287). An event keeps its id whatever the window, so that none is shown
    twice."""
    moments = [event.changed_at for event in digest.events]
    updated = max(moments, default=digest.window.known_until or digest.window.since or _NEVER)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"  <id>{uuid.uuid5(_SPACE, digest.window.data_origin).urn}</id>",
        "  <title>msc-harvest: changes in trials and papers</title>",
        f"  <subtitle>{_xml(f'{digest.title}. {digest.about}')}</subtitle>",
        f"  <updated>{_moment(updated)}</updated>",
        "  <author><name>msc-harvest</name></author>",
        "  <generator>msc-harvest</generator>",
    ]
    for group in digest.groups:
        lines += [line for event in group.events for line in _entry(digest, group, event)]
    return "\n".join((*lines, "</feed>")) + "\n"


def entry_id(event: Event) -> str:
    """The name of an event, the same in every window and every build: urn:uuid:…"""
    parts = (event.source, event.record_id, event.kind.code, _moment(event.changed_at), event.linked_id or "")
    return uuid.uuid5(_SPACE, "\n".join(parts)).urn


def _entry(digest: Digest, group: OrganGroup, event: Event) -> Iterator[str]:
    below = [f"{label}: {' / '.join(_lines(text))}" for label, text in event.passages]
    yield "  <entry>"
    yield f"    <id>{entry_id(event)}</id>"
    yield f"    <title>{_xml(f'{event.record_id}: {event.sentence}')}</title>"
    yield f"    <updated>{_moment(event.changed_at)}</updated>"
    if event.record_url:
        yield f'    <link rel="alternate" type="text/html" href={quoteattr(_address(event.record_url))}/>'
    yield f"    <category term={quoteattr(one_line(event.kind.code))} label={quoteattr(one_line(event.kind.name))}/>"
    for code in event.organ_codes:
        label = quoteattr(one_line(dict(digest.organs).get(code, code)))
        yield f"    <category term={quoteattr(one_line(code))} label={label}/>"
    told = f"{_name(event)}: {_said(digest, group, event)}"
    yield f'    <content type="text">{_xml(" ".join((told, *below)))}</content>'
    yield "  </entry>"


def _xml(text: str) -> str:
    return escape(one_line(text))


def _moment(moment: datetime | None) -> Any:
    return f"{moment.isoformat()}Z" if moment else None


FORMS: dict[str, Callable[[Digest], str]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
    "atom": as_atom,
}
