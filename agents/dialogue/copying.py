"""Copies of what happened in a conversation, for another one: with ids of their own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import replace

from agents.dialogue.events import (
    Corrected,
    Event,
    Heard,
    Judged,
    Rated,
    Remembered,
    ReplyBegan,
    ReplyEnded,
    TeamAsked,
    Understood,
)
from agents.dialogue.messages import Reply


def renewed(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events with new ids for their messages and replies, which refer to one another as
    before; a message that is not among them is referred to as ""."""
    events = tuple(events)
    fresh = {old: uuid.uuid4().hex for old in _ids(events)}
    return tuple(_with_ids(event, fresh) for event in events)


def portable(events: Iterable[Event]) -> tuple[Event, ...]:
    """The events without what means something to one database or one model only.

    Those are the numbers of the cache's entries and lookups, which belong to others elsewhere
    (a thumb would judge somebody else's answer), the ids of teams' runs, and messages as they
    were put to the model, with what no reader of the conversation sees.
    """
    return tuple(_portable(event) for event in events)


def _ids(events: Iterable[Event]) -> Iterable[str]:
    for event in events:
        if isinstance(event, Heard):
            yield event.message.id
        elif isinstance(event, ReplyBegan):
            yield event.reply.id


def _with_ids(event: Event, fresh: Mapping[str, str]) -> Event:
    match event:
        case Heard():
            return replace(event, message=replace(event.message, id=fresh[event.message.id]))
        case Understood() | Judged() | Corrected() | Remembered():
            return replace(event, message=fresh.get(event.message, ""))
        case ReplyBegan() | ReplyEnded():
            reply = event.reply
            renamed = replace(reply, id=fresh.get(reply.id, ""), to=fresh.get(reply.to, ""))
            return replace(event, reply=renamed)
        case Rated() | TeamAsked():
            return replace(event, reply=fresh.get(event.reply, ""))
        case _:
            return event


def _portable(event: Event) -> Event:
    match event:
        case ReplyBegan() | ReplyEnded():
            return replace(event, reply=_portable_reply(event.reply))
        case TeamAsked():
            return replace(event, run="")
        case _:
            return event


def _portable_reply(reply: Reply) -> Reply:
    served = reply.served and replace(reply.served, entry=None, lookup="")
    team = reply.team and replace(reply.team, run="")
    return replace(reply, served=served, sent="", team=team)
