"""What a flow's user does on the Plan page, which always shows the newest version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from agents.dialogue.editing import Editing
from agents.dialogue.plan import Step
from agents.dialogue.state import ChatState
from tests.flows.script import PageDeed


@dataclass(frozen=True, slots=True)
class Page:
    """The page of one conversation."""

    editing: Editing
    conversation: str
    owner: str

    @property
    def state(self) -> ChatState:
        return self.editing.store.peek(self.conversation, self.owner)

    def step(self, title: str) -> Step:
        return next(step for step in self.state.plan.steps if step.title == title)

    def approve(self, _: PageDeed) -> None:
        self.editing.approve(self.conversation, self.owner, based_on=self.state.version)

    def stop(self, _: PageDeed) -> None:
        self.editing.stop(self.conversation, self.owner)

    def restart(self, _: PageDeed) -> None:
        self.editing.restart(self.conversation, self.owner)

    def enough(self, deed: PageDeed) -> None:
        self._overrule(deed.enough, met=True)

    def not_enough(self, deed: PageDeed) -> None:
        self._overrule(deed.not_enough, met=False)

    def _overrule(self, title: str, *, met: bool) -> None:
        self.editing.overrule(self.conversation, self.owner, self.step(title).id, met=met)

    def ask_again(self, deed: PageDeed) -> None:
        self.editing.reopen(self.conversation, self.owner, self.step(deed.ask_again).id)

    def remove(self, deed: PageDeed) -> None:
        self._rewrite([step for step in self._steps if step.title != deed.remove])

    def first(self, deed: PageDeed) -> None:
        self._rewrite(sorted(self._steps, key=lambda step: step.title != deed.first))

    def add(self, deed: PageDeed) -> None:
        ids = {step.title: step.id for step in self._steps}
        self._rewrite([*self._steps, replace(deed.add.as_step(0, ids), id="")])

    @property
    def _steps(self) -> list[Step]:
        return list(self.state.plan.steps)

    def _rewrite(self, steps: list[Step]) -> None:
        self.editing.revise(self.conversation, self.owner, steps, based_on=self.state.version)

    def restore(self, deed: PageDeed) -> None:
        version = self.state.version
        self.editing.restore(self.conversation, self.owner, deed.restore, based_on=version)

    def note(self, deed: PageDeed) -> None:
        for fact, value in deed.note.items():
            self.editing.remember(self.conversation, self.owner, fact, value)

    def forget(self, deed: PageDeed) -> None:
        self.editing.forget(self.conversation, self.owner, deed.forget)


_DEEDS: Final[Mapping[str, Callable[[Page, PageDeed], None]]] = MappingProxyType(
    {name: getattr(Page, name) for name in PageDeed.model_fields}
)


def act(editing: Editing, conversation: str, owner: str, deed: PageDeed) -> None:
    """Do what the user does on the page of a conversation."""
    (name,) = deed.model_fields_set
    _DEEDS[name](Page(editing, conversation, owner), deed)
