"""The library of templates: plans for goals that many people have, one YAML file each.

A file of the user's own stands beside those that come with Reprise, or in place of one of the
same id; `agents.dialogue.template_file` says what is in it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.dialogue.classify import Embed
from agents.dialogue.plan import Plan
from agents.dialogue.template_file import Template, load
from agents.errors import ContentError

logger = logging.getLogger(__name__)

GENERAL: Final = "general"
"""Id of the template that fits any goal. Its examples are goals that no other template fits."""
THRESHOLD: Final = 0.75
CUE_BONUS: Final = 0.4
MARGIN: Final = 0.1
"""Chosen on 83 goals in English and German, 34 of them without a template: a goal with a
template's cues needs a cosine of 0.35 to one of its examples, any other 0.75, as MiniLM hears
mainly the verb of a German goal. Either way it has to be 0.1 above the examples of `GENERAL`."""
_FOLDER: Final = Path(__file__).parent / "templates"
VECTORS: Final = _FOLDER / "examples.npz"
"""Written by `write_vectors`."""


class Library:
    """Templates, and which of them fits a goal. Made by `Library.open`; may be used by threads.

    Attributes:
        templates: All but the general one, in the order of their ids.
        general: The one that fits any goal; None where its file cannot be used.
        refused: The files that cannot be used, with the reasons.
    """

    def __init__(
        self,
        templates: Sequence[Template],
        general: Template | None,
        refused: Sequence[ContentError] = (),
    ) -> None:
        self.templates = tuple(templates)
        self.general = general
        self.refused = tuple(refused)
        self._examples: list[NDArray[np.float32]] | None = None
        self._reading = threading.Lock()

    @classmethod
    def open(cls, extra: Path | None = None) -> Library:
        """The templates that come with Reprise, and those in the user's folder.

        Args:
            extra: The user's folder; it need not exist.

        A file that cannot be used is logged and left out.
        """
        found: dict[str, Template] = {}
        refused = []
        for path in (*_files(_FOLDER), *(_files(extra) if extra is not None else ())):
            try:
                template = load(path)
            except ContentError as error:
                logger.warning("the template %s is left out: %s", path.name, error)
                refused.append(error)
            else:
                found[template.id] = template
        general = found.pop(GENERAL, None)
        return cls([found[name] for name in sorted(found)], general, refused)

    def match(self, goal: str, embed: Embed | None) -> Template | None:
        """The template that fits a goal best; None where none fits well enough.

        Args:
            embed: None where the embedding model is not there: then by the cues alone.
        """
        cued = np.array([template.has_cues(goal) for template in self.templates], dtype=bool)
        if embed is None:
            return self.templates[int(cued.argmax())] if cued.any() else None
        if not self.templates:
            return None
        *near, nowhere = self._nearness(goal, embed)
        scores = np.array(near) + CUE_BONUS * cued
        best = int(scores.argmax())
        fits = scores[best] >= max(THRESHOLD, nowhere + MARGIN)
        return self.templates[best] if fits else None

    def origin(self, plan: Plan) -> Template | None:
        """The template that a plan has its steps from; None where it has them from none."""
        return next((t for t in self._all() if plan.steps in t.steps.values()), None)

    def prepare(self, embed: Embed) -> None:
        """Have the examples' vectors ready for the first match; it embeds those of the user's."""
        self._vectors(embed)

    def _nearness(self, goal: str, embed: Embed) -> list[float]:
        """The goal's cosine to the nearest example of each template, and of the general one."""
        (vector,) = embed([goal])
        near = [float((examples @ vector).max()) for examples in self._vectors(embed)]
        return near if self.general is not None else [*near, 0.0]

    def _vectors(self, embed: Embed) -> list[NDArray[np.float32]]:
        with self._reading:
            if self._examples is None:
                goals = [goal for template in self._all() for goal in template.goals]
                vectors = _embedded(goals, read_vectors(), embed)
                ends = np.cumsum([len(template.goals) for template in self._all()])
                self._examples = np.split(vectors, ends[:-1])
            return self._examples

    def _all(self) -> tuple[Template, ...]:
        return self.templates if self.general is None else (*self.templates, self.general)


def _embedded(
    goals: Sequence[str], known: Mapping[str, NDArray[np.float32]], embed: Embed
) -> NDArray[np.float32]:
    """Shape (len(goals), d): the known vectors, and for other goals those of `embed`."""
    unknown = [goal for goal in goals if goal not in known]
    found = {**known, **dict(zip(unknown, embed(unknown) if unknown else (), strict=True))}
    return np.stack([found[goal] for goal in goals])


def read_vectors() -> Mapping[str, NDArray[np.float32]]:
    """The vectors of the examples that come with Reprise, by the examples.

    To embed them takes seconds, and the first who states a goal would wait for it.
    """
    with np.load(VECTORS) as stored:
        vectors = stored["vectors"].astype(np.float32)
        return dict(zip(stored["goals"].tolist(), vectors, strict=True))


def write_vectors(embed: Embed) -> None:
    """Write what `read_vectors` reads, after a template was changed."""
    goals = sorted({goal for template in map(load, _files(_FOLDER)) for goal in template.goals})
    vectors = embed(goals).astype(np.float16)
    np.savez_compressed(VECTORS, goals=np.array(goals), vectors=vectors)


def _files(folder: Path) -> list[Path]:
    """The YAML files in a folder, by name; none where it is not there."""
    return sorted(path for path in folder.glob("*.y*ml") if path.suffix in (".yml", ".yaml"))
